package handover

import (
	"fmt"
	"net/url"
	"strings"
)

// lines returns the entries as CSV, in their order.
func (l Layout) lines(entries []Entry, link string) (string, error) {
	var records [][]string
	for _, e := range entries {
		cells := []string{l.cell(e.Username), e.Password.Reveal(), activationLink(link, e), l.cell(e.CSI), l.cell(e.FirstName), l.cell(e.LastName)}
		for _, further := range e.Cells {
			cells = append(cells, l.cell(further))
		}
		records = append(records, append(cells, l.cell(strings.Join(e.Earlier, ", "))))
	}
	text, err := l.records(records)
	if err != nil {
		return "", fmt.Errorf("write a line: %w", err)
	}
	return text, nil
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
func continuation(end, header string) string {
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
