package config

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// stateDir wants a folder of the program's own: it sets the owner and the mode, and whoever it
// belongs to is whom the program works as.
func (v *validator) stateDir(path, name string) {
	v.absolute(path, name)
	if clean := filepath.Clean(name); slices.Contains(systemFolders(), clean) || strings.HasPrefix(clean, "/proc/") || strings.HasPrefix(clean, "/sys/") {
		v.fail(path, model.Because("system-folder", clean))
	}
}

// systemFolders are the folders of the Filesystem Hierarchy Standard that hold what others own.
func systemFolders() []string {
	folders := []string{"/"}
	for _, tree := range []struct{ above, names string }{
		{"/", "bin boot dev etc home lib lib32 lib64 libx32 lost+found media mnt opt proc root run sbin srv sys tmp usr var"},
		{"/dev/", "mqueue pts shm"},
		{"/run/", "credentials lock log systemd user"},
		{"/usr/", "bin games include lib lib32 lib64 libexec libx32 local sbin share src"},
		{"/usr/local/", "bin etc games include lib libexec sbin share src"},
		{"/var/", "backups cache lib local lock log mail opt run spool tmp"},
	} {
		for name := range strings.FieldsSeq(tree.names) {
			folders = append(folders, tree.above+name)
		}
	}
	return folders
}
