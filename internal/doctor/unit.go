package doctor

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
)

// unitName is the service, as systemctl knows it (systemd/README.md).
const unitName = "threema-dirsync"

// unit is what the service is allowed, by its unit and the drop-ins of the administrator: the values of
// each key of [Service].
type unit map[string][]string

// installedUnit asks systemd, and returns nil where there is none, or no such unit. It reads the files:
// `systemctl show` has no text for LoadCredential= ("[unprintable]", systemd 252 to 257).
func installedUnit(ctx context.Context) unit {
	text, code, answered := ask(ctx, nil, "systemctl", "cat", unitName)
	if !answered || code != 0 {
		return nil
	}
	return parseUnit(text)
}

// parseUnit reads unit files in the order in which they count (systemd.syntax(7)): an empty value
// takes back what stood before.
func parseUnit(text string) unit {
	u, section := unit{}, ""
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		line = strings.TrimSpace(line)
		switch key, value, assigned := strings.Cut(line, "="); {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[':
			section = line
		case section != "[Service]" || !assigned:
		case strings.TrimSpace(value) == "":
			delete(u, strings.TrimSpace(key))
		default:
			key = strings.TrimSpace(key)
			u[key] = append(u[key], strings.TrimSpace(value))
		}
	}
	return u
}

// last is the value of a key that holds one.
func (u unit) last(key string) string {
	values := u[key]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// on tells whether a switch is on.
func (u unit) on(key string) bool {
	return slices.Contains([]string{"yes", "true", "1", "on"}, strings.ToLower(u.last(key)))
}

// words are the values of a key that holds a list.
func (u unit) words(key string) []string {
	return strings.Fields(strings.Join(u[key], " "))
}

// paths are those of a list, without the marks before a path.
func (u unit) paths(key string) []string {
	var paths []string
	for _, word := range u.words(key) {
		paths = append(paths, strings.TrimLeft(strings.Trim(word, `"'`), "-+"))
	}
	return paths
}

// configFile is the configuration that the service reads.
func (u unit) configFile() string {
	words := strings.Fields(u.last("ExecStart"))
	for n, word := range words {
		if file, ok := strings.CutPrefix(word, "--config="); ok {
			return file
		}
		if word == "--config" && n+1 < len(words) {
			return words[n+1]
		}
	}
	return config.DefaultFile
}

// credentials are the secrets that systemd hands over, each by its name: the file, "" where there is
// none that could be looked at.
func (u unit) credentials() map[string]string {
	found := map[string]string{}
	for _, key := range []string{"LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted"} {
		for _, value := range u[key] {
			name, file, _ := strings.Cut(value, ":")
			if key != "LoadCredential" || !filepath.IsAbs(file) || strings.Contains(file, "%") {
				file = ""
			}
			found[name] = cmp.Or(found[name], file)
		}
	}
	return found
}

// hides tells which key keeps a path out of the service's sight, "" if none does.
func (u unit) hides(path string) string {
	const homes = "/home /root /run/user"
	switch {
	case below(path, u.paths("InaccessiblePaths")):
		return "InaccessiblePaths"
	case below(path, u.binds()):
		return ""
	case (u.on("ProtectHome") || u.last("ProtectHome") == "tmpfs") && below(path, strings.Fields(homes)):
		return "ProtectHome"
	case u.on("PrivateTmp") && below(path, []string{"/tmp", "/var/tmp"}):
		return "PrivateTmp"
	}
	return ""
}

// readOnly tells whether the service may not write to a path that it sees.
func (u unit) readOnly(path string) bool {
	if below(path, slices.Concat(u.paths("ReadWritePaths"), u.binds(), u.ownFolders())) {
		return false
	}
	system := []string{"/usr", "/boot", "/efi"}
	switch protect := u.last("ProtectSystem"); {
	case protect == "strict":
		return !below(path, []string{"/dev", "/proc", "/sys"})
	case protect == "full" && below(path, append(system, "/etc")), u.on("ProtectSystem") && below(path, system):
		return true
	}
	return below(path, u.paths("ReadOnlyPaths"))
}

// binds are the places where other folders are shown.
func (u unit) binds() []string {
	var places []string
	for _, bind := range u.paths("BindPaths") {
		from, at, _ := strings.Cut(bind, ":")
		at, _, _ = strings.Cut(at, ":")
		places = append(places, cmp.Or(at, from))
	}
	return places
}

// ownFolders are those that systemd makes for the service.
func (u unit) ownFolders() []string {
	var folders []string
	for key, above := range map[string]string{"StateDirectory": "/var/lib", "CacheDirectory": "/var/cache", "LogsDirectory": "/var/log", "RuntimeDirectory": "/run"} {
		for _, name := range u.words(key) {
			name, _, _ = strings.Cut(name, ":")
			folders = append(folders, filepath.Join(above, name))
		}
	}
	return folders
}

// below tells whether a path is one of some folders, or lies in one.
func below(path string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		rel, err := filepath.Rel(folder, path)
		return err == nil && filepath.IsLocal(rel)
	})
}
