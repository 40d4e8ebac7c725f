package config

import "github.com/threema-dirsync/threema-dirsync/internal/plainfile"

// Obeyed is a file that says what the program does, or whom it believes, and that others can write to.
type Obeyed struct {
	Name, Path string // the key that names it, and the file
	plainfile.Doubt
}

// Doubts are those of a configuration. It may be meant so, and is worth knowing: whoever writes there
// says where the secrets are sent.
func (f Files) Doubts(cfg *Config, configFile string) []Obeyed {
	paths := [][2]string{{"configuration", configFile}, {"threema.ca_file", cfg.Threema.CAFile}}
	for _, s := range cfg.Sources {
		at := "sources." + s.Name + "."
		paths = append(paths, [2]string{at + "ca_file", s.CAFile}, [2]string{at + "client_cert_file", s.ClientCertFile})
	}
	var found []Obeyed
	for _, p := range paths {
		if p[1] == "" {
			continue
		}
		for _, doubt := range f.Owners.Doubts(p[1]) {
			found = append(found, Obeyed{p[0], p[1], doubt})
		}
	}
	return found
}
