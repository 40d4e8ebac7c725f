package plan

// NearMisses counts those who would wait because their csi is somebody's or something's but for its
// spelling, for check: of the sources it takes the people, and no proof.
func NearMisses(in Input) int {
	p := look(in)
	misses := 0
	for _, i := range p.entitled {
		if _, owned := p.owned[i.Person]; owned || len(i.Held) > 0 || len(p.candidates(i)) > 0 {
			continue
		}
		if _, found := p.alike(i); found {
			misses++
		}
	}
	return misses
}
