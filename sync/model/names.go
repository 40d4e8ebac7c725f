package model

import "strings"

// Names tell how to name somebody in a command so that it is understood: by csi, and by directory ID where that csi
// means somebody else as well. A command that is told and then refused is none. By what may be typed, as it
// compares, they have the directory ID of whom that means, or several.
type Names map[string]string

// several stands for more than one person: no directory ID is like this.
const several = "\x00"

// Names are those that the memory knows.
func (s State) Names() Names {
	n := Names{}
	for _, o := range s.Observations {
		n.add(o.Person, o.CSI)
	}
	for _, own := range s.Owned {
		n.add(own.Person, own.CSI, own.Username, own.CredentialID)
	}
	for _, departure := range s.Departures {
		n.add(departure.Person, departure.CSI, departure.Username, departure.CredentialID)
	}
	for _, x := range s.Suspensions {
		n.add(x.Person, x.CSI)
	}
	for _, op := range s.Open {
		n.add(op.Person, op.CSI, op.Username)
	}
	return n
}

// With adds whom the sources show.
func (n Names) With(sources []SourceView) Names {
	for _, s := range sources {
		for _, i := range s.Identities {
			n.add(i.Person, i.CSI, i.Username)
		}
	}
	return n
}

func (n Names) add(person PersonID, keys ...string) {
	for _, key := range append(keys, person.ID) {
		key = foldTyped(key)
		if was, known := n[key]; known && was != person.ID {
			n[key] = several
		} else {
			n[key] = person.ID
		}
	}
}

// foldTyped is how what is typed compares.
func foldTyped(key string) string { return strings.ToLower(strings.TrimSpace(key)) }

// Typed is how to name a person in a command.
func (n Names) Typed(csi string, person PersonID) string {
	whose, known := n[foldTyped(csi)]
	if csi == "" || known && whose != person.ID {
		return ShellWord(person.String())
	}
	return ShellWord(csi)
}
