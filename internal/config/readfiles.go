package config

// ReadFile is a file that the program reads because a key of the configuration names it.
type ReadFile struct {
	Key, Path string
	Secret    bool // else certificates
}

// ReadFiles are all of them. The hand-over file is written.
func (c *Config) ReadFiles() []ReadFile {
	var files []ReadFile
	for _, u := range c.uses() {
		if u.path != c.Handover.File {
			files = append(files, ReadFile{u.key, u.path, u.what != "certificates"})
		}
	}
	return files
}
