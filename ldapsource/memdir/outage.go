package memdir

// Outage is a way for the directory to fail.
type Outage int32

// The ways to fail.
const (
	NoOutage   Outage = iota
	Down              // connections are closed as soon as they open, those that are open at once
	CutMidRead        // a search breaks off after half of its entries, and the connection with it
	Empty             // searches succeed and find nobody
)

// SetOutage lets the directory fail from now on, or, with [NoOutage], work again. Root DSE and
// schema fail only when it is [Down]; so do searches for a single entry.
func (s *Server) SetOutage(outage Outage) {
	s.outage.Store(int32(outage))
	if outage != Down {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		_ = conn.Close()
	}
}

func (s *Server) failsBy(outage Outage) bool { return Outage(s.outage.Load()) == outage }
