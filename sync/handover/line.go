package handover

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"strings"
)

// header is the first line of the file.
const header = "username,password,activation_link,csi,first_name,last_name\n"

// lines returns the entries as CSV.
func lines(entries []Entry, link string) (string, error) {
	var text strings.Builder
	w := csv.NewWriter(&text)
	for _, e := range entries {
		cells := []string{
			e.Username, e.Password.Reveal(), activationLink(link, e), e.CSI, e.FirstName, e.LastName,
		}
		for i, cell := range cells {
			cells[i] = defuse(cell)
		}
		if err := w.Write(cells); err != nil {
			return "", fmt.Errorf("write a line: %w", err)
		}
	}
	w.Flush()
	return text.String(), w.Error()
}

// defuse keeps a spreadsheet from running a cell as a formula (OWASP, CSV injection).
func defuse(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// activationLink adds the credential to the query of the link. An OnPrem link has a query
// of its own already (?server=…).
func activationLink(link string, e Entry) string {
	separator := "?"
	if strings.Contains(link, "?") {
		separator = "&"
	}
	return link + separator + "username=" + escape(e.Username) + "&password=" + escape(e.Password.Reveal())
}

// escape writes a blank as %20, which every reader of a query understands, and not as +.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// continuation returns what must stand between the end of a file and the next line. A new
// file gets the header, as does one whose header was torn. A last line without its end
// was torn by a crash (or saved by an editor); an open quote in it is closed, because it
// would swallow the lines that follow.
func continuation(end string) string {
	if rest, ok := strings.CutPrefix(header, end); ok {
		return rest
	}
	last := end[strings.LastIndexByte(end, '\n')+1:]
	switch {
	case last == "":
		return ""
	case strings.Count(last, `"`)%2 == 1:
		return "\"\n"
	default:
		return "\n"
	}
}
