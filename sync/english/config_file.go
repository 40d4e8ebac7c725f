package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// ofConfigFile are mistakes of the configuration as a text.
func ofConfigFile(code model.Code) string {
	switch code {
	case "configuration-missing":
		return "read the configuration: {1}; copy config.example.yaml there and set the lines marked REQUIRED, or name another file with --config"
	case "configuration-forbidden":
		return "read the configuration: {1}; {2}"
	case "configuration-unreadable":
		return "read the configuration: {1}"
	case "configuration-of-others":
		return "the configuration {1} is refused, for it says where the secrets are sent: {2}"
	case "configuration-too-large":
		return "the file is larger than {1} bytes; this cannot be a configuration"
	case "configuration-empty":
		return "the file sets nothing; start from config.example.yaml"
	case "utf-16":
		return "it is UTF-16, as PowerShell writes it; save it as UTF-8, or type: iconv -f UTF-16 -t UTF-8 OLD > NEW"
	case "no-utf-8":
		return "byte {1} of the line (0x{2}) is no UTF-8: the file may be Latin-1 (Windows); save it as UTF-8, or type: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
	case "second-document":
		return `a second YAML document starts here and would be ignored; remove the "---" or "..." line before it`
	case "no-yaml":
		return "this is not valid YAML: {1}"
	case "no-yaml-token":
		return "this is not valid YAML: {1}; indent with spaces, never tabs, and quote a value that begins with @, % or `"
	case "no-yaml-tab":
		return "this is not valid YAML: {1}; indent with spaces, never tabs"
	case "no-yaml-escape":
		return `this is not valid YAML: {1}; in double quotes a backslash begins an escape: write the value in single quotes, as in 'CORP\svc'`
	case "yaml-anchor":
		return "YAML anchors, aliases and tags are not supported; write the value itself"
	case "unforeseen-mistake":
		return "{1}"
	}
	return ""
}

// ofConfigKeys are mistakes of keys, and of values that are of another kind than their key wants.
func ofConfigKeys(code model.Code) string {
	switch code {
	case "key-twice":
		return "the key stands twice; the first one is in line {1}"
	case "unknown-key":
		return "unknown key; {1}"
	case "did-you-mean":
		return `did you mean "{1}"?`
	case "known-keys":
		return "known keys here: {1}"
	case "value-missing":
		return "the key has no value; {1}"
	case "write-or-remove":
		return "write one, or remove the key"
	case "keys-expected":
		return "keys are expected here, found {1}; known keys: {2}"
	case "list-expected":
		return `a list is expected, found {1}; write [ … ], or one line beginning with "- " for each item`
	case "text-expected":
		return "a text is expected, found {1}"
	case "text-unquoted":
		return `a text is expected, found {1}; put it in quotes: "{2}"`
	case "template-unquoted":
		return `a text is expected, but YAML reads { … } as a map; put the template in quotes: "{{ … }}"`
	case "switch-expected":
		return "true or false is expected, found {1}"
	case "number-expected":
		return "a whole number is expected, found {1}"
	case "number-quoted":
		return "a whole number is expected, found a text; remove the quotes: {1}"
	case "number-not-decimal":
		return "write a plain decimal number; YAML reads {1} in a way of its own (010 is 8, and so on)"
	case "found-map":
		return "a map of keys"
	case "found-list":
		return "a list"
	case "found-text":
		return "the text {1:quoted}"
	case "kerberos-not-built":
		return "Kerberos is not built: its library signs nothing, and a domain controller that demands signing refuses it " +
			"(docs/decisions/0011-no-kerberos.md); write simple, with ldaps://, or external"
	}
	return ""
}
