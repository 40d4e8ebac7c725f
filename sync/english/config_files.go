package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofSecretFiles are what is wrong with a secret that the configuration names.
func ofSecretFiles(code model.Code) string {
	switch code {
	case "secret-not-regular":
		return "the secret file {1}"
	case "secret-missing":
		return "read the secret file: {1} (this program runs as user id {2}); {3}"
	case "secret-not-handed-over":
		return "read the secret file: {1} (this program runs as user id {2}); where CREDENTIALS_DIRECTORY is set, a secret comes from there and from nowhere else, " +
			"because an older one would lock the account: hand it over as the unit does, with LoadCredential={3}:/etc/threema-dirsync/{3} " +
			"(systemctl edit threema-dirsync), then restart the service"
	case "secret-by-full-path":
		return "read the secret file: {1} (this program runs as user id {2}); systemd hands secrets over by their bare names: write {3} instead of the full path, " +
			"with a LoadCredential= of that name in the unit"
	case "secret-forbidden":
		return "read the secret file: {1} (this program runs as user id {2}); {3}"
	case "secret-unreadable":
		return "read the secret file: {1} (this program runs as user id {2})"
	case "secret-of-others":
		return "the secret file {1} is refused: {2}"
	case "secret-open-to-others":
		return "the secret file {1} is refused: others may read or write it (mode {2}); type: chmod 600 {1}"
	case "secret-refused":
		return "the secret file {1} is refused: {2}"
	case "copied-secret-refused":
		return "the secret file {1} is refused: {2}; it is a copy of what LoadCredential={3} names, /etc/threema-dirsync/{3} by the unit: " +
			"correct that one, then restart the service"
	case "secret-empty":
		return "it is empty; put the secret in it, in one line"
	case "secret-of-many-lines":
		return "it has more than one line; it must hold the secret alone"
	case "secret-with-empty-line":
		return "it has an empty line beside the secret; remove that"
	case "secret-no-text":
		return "it holds bytes that are not text; save it as plain UTF-8"
	case "make-secret":
		return "type: install -m 600 /dev/null {1}, and write the secret into it, in one line"
	case "make-secret-and-folder":
		return "type: install -D -m 600 /dev/null {1}, and write the secret into it, in one line"
	}
	return ""
}

// ofCertificateFiles are what is wrong with certificates and their keys.
func ofCertificateFiles(code model.Code) string {
	switch code {
	case "ca-file":
		return "CA file"
	case "certificate-file":
		return "certificate file"
	case "certificates-not-regular":
		return "the {1} {2}"
	case "certificates-missing":
		return "read the {1}: {2}; put the certificate there (PEM), or correct the path"
	case "certificates-forbidden":
		return "read the {1}: {2}; {3}"
	case "certificates-unreadable":
		return "read the {1}: {2}"
	case "certificates-of-others":
		return "the {1} {2} is refused: {3}"
	case "certificates-refused":
		return "the {1} {2} is refused: {3}"
	case "no-pem":
		return "it holds no PEM certificate; it must begin with -----BEGIN CERTIFICATE----- (for a DER file type: openssl x509 -inform der -in FILE)"
	case "pem-damaged":
		return "its PEM block {1} is damaged"
	case "pem-no-certificate":
		return "its PEM block {1} is a {2:quoted}; only certificates belong there"
	case "no-certificate":
		return "its certificate {1} cannot be read: {2}"
	case "key-encrypted":
		return "the secret file {1} is refused: the key is encrypted, and nobody is there to type its password; type: openssl pkey -in {1} -out NEW"
	case "key-of-another-certificate":
		return "the key {1} does not go with the certificate {2}: {3}"
	}
	return ""
}

// ofNamedFiles are what is wrong with any file that the configuration names, and who may be let in.
func ofNamedFiles(code model.Code) string {
	switch code {
	case "file-unreadable":
		return "read {1}: {2}"
	case "file-too-large":
		return "the file {1} is refused: it is larger than {2} bytes"
	case "file-kept-by-program":
		return "{1} is {2}, which the program keeps by itself; {3}; name another file"
	case "file-of-two-keys":
		return "{1} is also {2}; {3}; name another file"
	case "file-is-configuration":
		return "{1} is also the configuration; {2}; name another file"
	case "secrets-mixed-up":
		return "one would be sent where the other belongs"
	case "password-added":
		return "the first new password would be added to it"
	case "ledger-file":
		return "a file of the ledger"
	case "file-to-stop":
		return "the stop file"
	case "lock-file":
		return "the lock of the passes"
	case "passes-run-as":
		return "passes are done by {1}, also those of root: {2}"
	case "program-runs-as":
		return "this program runs as {1}: type the command as root (sudo), or {2}"
	case "program-runs-as-another":
		return "this program runs as {1}: type the command as root (sudo)"
	case "let-enter":
		return "let that user enter {2}: chgrp {1} {2}; chmod g+x {2}"
	case "let-read":
		return "let that user read it, as in: chgrp {1} {2}; chmod 640 {2}"
	case "let-all-read":
		return "a certificate is no secret, so type: chmod 644 {1}"
	case "let-alone-read":
		return "let that user alone read it: chown {1} {2}; chmod 600 {2}"
	}
	return ""
}

// ofStateFolder are what is wrong with the folder of the memory.
func ofStateFolder(code model.Code) string {
	switch code {
	case "system-folder":
		return "{1} is a folder of the system; the program needs one of its own, as in /var/lib/threema-dirsync"
	case "state-folder-no-folder":
		return "{1} is no folder"
	case "state-folder-open-to-others":
		return "{1} may be written to by others: chmod 0700 {1}"
	case "state-folder-of-root":
		return "{1} belongs to root, and is the folder of the service: what root leaves there, {2} could not use; type: {3}"
	case "state-folder-without-service":
		return "{1} is not there, and root makes none, because there is no user {2} yet, and the service could not use what root leaves; " +
			"make the user first, as systemd/README.md tells (systemd-sysusers), or, if root itself is to do the passes, type: mkdir -p -m 700 {1}"
	case "state-folder-of-another":
		return "state_dir {1} belongs to {2}, and this program runs as {3}: run it as that user, or as root; if the folder is to be that of {3}, type as root: {4}"
	case "state-folder-unreachable":
		return "{1}; only its last part is made, so type: mkdir -p {2}, or correct the path"
	case "state-folder-unusable":
		return "state_dir: {1}"
	case "state-files-of-another":
		return "{1} cannot write {2}, which a command of root, or a backup that was put back, may have left; type as root: {3}"
	case "root-not-given-up":
		return "give up root: {1}"
	}
	return ""
}
