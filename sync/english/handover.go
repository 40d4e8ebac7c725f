package english

import "github.com/threema-dirsync/threema-dirsync/sync/model"

func ofHandover(code model.Code) string {
	switch code {
	case "no-handover":
		return "no password can be handed over ({1})"
	}
	return ""
}
