package house_test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// law is a paper of docs that others cite, and how: prefix before a section ("design §5.6"), and which numbers
// of its own it gives out.
type law struct {
	file   string
	prefix string
	own    *regexp.Regexp // where the paper defines a number; the first group is the number
}

var laws = []law{
	{"docs/design.md", "design", nil},
	{"docs/domain.md", "domain", regexp.MustCompile(`(?m)\*\*(D-\d\d)\b|^\| (F\d{1,2}) \|`)},
	{"docs/pitfalls.md", "pitfalls", regexp.MustCompile(`(?m)^\*\*([A-K]\d{1,2})\.|^\| (K\d{1,2}) \|`)},
	{"docs/work-api.md", "work-api", nil},
}

// The forms of a citation. A number in brackets without a word before it is a pitfall's.
var (
	citesSection  = regexp.MustCompile(`\b(design|domain|pitfalls|work-api) (§[\d.]+\d|§\d+)((?:,? (?:and )?§[\d.]*\d)*)(?: row (\w+'?))?`)
	citesRule     = regexp.MustCompile(`\bD-\d\d\b`)
	citesFailure  = regexp.MustCompile(`\bdomain (F\d{1,2}(?:(?:,| and) F\d{1,2})*)`)
	citesPitfall  = regexp.MustCompile(`\b(?:pitfalls?|matrix) ([A-K]\d{0,2}\b(?:(?:,| and| or| to) [A-K]\d{1,2}\b)*)|\(([A-K]\d{1,2}(?:, [A-K]\d{1,2})*)[):]`)
	citesDecision = regexp.MustCompile(`\bdecisions? (\d{4})\b|[( ](00[0-3]\d)[),:]`)
	number        = regexp.MustCompile(`[A-K]\d{1,2}|[A-K]\b`)
	section       = regexp.MustCompile(`\d+(\.\d+)?`)
	heading       = regexp.MustCompile(`(?m)^#{2,4} ([A-K]|\d+(?:\.\d+)?)\.? `)
	tableRow      = regexp.MustCompile(`(?m)^\| (\d+|[a-d]'?) \|`)
	comment       = regexp.MustCompile(`(?:^|\s)//[ \t]*(.*)`)
	brokenLine    = regexp.MustCompile(`\n[ \t]*(?:#|--)?[ \t]*`)
)

// strangers are papers that the tree does not have. Written so that they do not match themselves.
var strangers = regexp.MustCompile(`threema-(?:domai[n]|work-ap[i])\b|directory-pitfall[s]|style-anchor[s]`)

// statute is what can be cited.
type statute struct {
	defined  map[string]bool // "design §5.6", "work-api §12 row 7", "D-16", "domain F3", "A15", "0017"
	missing  []string        // papers that are not there
	findings []string        // citations that lead nowhere, with their file
}

// TestCitationsResolve: whoever follows a rule from the code to the papers arrives. Sections, rules, pitfalls
// and decisions that code, configuration and papers cite have a heading, a row or a definition there.
func TestCitationsResolve(t *testing.T) {
	t.Parallel()
	s := enact(t)
	walk(t, func(file string) {
		switch path.Ext(file) {
		case ".go", ".md", ".yaml", ".yml", ".sql", "":
			if !strings.Contains(file, "testdata/") && file != "internal/house/citations_test.go" && path.Base(file) != "LICENSE" {
				s.judge(file, read(t, file))
			}
		}
	})
	for _, paper := range s.missing {
		t.Errorf("%s is not there", paper)
	}
	for _, finding := range s.findings {
		t.Error(finding)
	}
}

// enact reads what the papers define.
func enact(t *testing.T) *statute {
	t.Helper()
	s := &statute{defined: map[string]bool{}}
	there := map[string]bool{}
	walk(t, func(file string) {
		there[file] = true
		if name := path.Base(file); path.Dir(file) == "docs/decisions" && len(name) > 4 {
			s.defined[name[:4]] = true
		}
	})
	for _, l := range laws {
		if !there[l.file] {
			s.missing = append(s.missing, l.file)
			continue
		}
		s.define(l, read(t, l.file))
	}
	return s
}

// define notes the sections of a paper, the rows of the tables in them, and its own numbers.
func (s *statute) define(l law, text string) {
	starts := heading.FindAllStringSubmatchIndex(text, -1)
	for n, at := range starts {
		name, end := text[at[2]:at[3]], len(text)
		if n+1 < len(starts) {
			end = starts[n+1][0]
		}
		if l.prefix == "pitfalls" && name[0] >= 'A' {
			s.defined[name] = true // "pitfalls K"
			continue
		}
		s.defined[l.prefix+" §"+name] = true
		for _, row := range tableRow.FindAllStringSubmatch(text[at[0]:end], -1) {
			s.defined[l.prefix+" §"+name+" row "+row[1]] = true
		}
	}
	if l.own == nil {
		return
	}
	for _, match := range l.own.FindAllStringSubmatch(text, -1) {
		id := match[1] + match[2]
		if id[0] == 'F' && l.prefix == "domain" {
			id = "domain " + id // the pitfalls have an F1 too
		}
		s.defined[id] = true
	}
}

// judge looks up each citation of a file.
func (s *statute) judge(file, text string) {
	for _, name := range strangers.FindAllString(text, -1) {
		s.findings = append(s.findings, file+" cites "+name+", a paper that the tree does not have")
	}
	switch {
	case path.Ext(file) == ".go":
		text = comments(text)
	case path.Dir(file) == "docs":
		text = ownSections(path.Base(file), text)
	}
	for _, cited := range citations(brokenLine.ReplaceAllString(text, " ")) {
		if !s.defined[cited] {
			s.findings = append(s.findings, file+" cites "+cited+", which docs does not have")
		}
	}
}

// comments are what a Go file says in words, a line for each run of comments.
func comments(code string) string {
	var words strings.Builder
	for line := range strings.Lines(code) {
		if match := comment.FindStringSubmatch(line); match != nil {
			words.WriteString(match[1] + " ")
		} else {
			words.WriteString(". ")
		}
	}
	return words.String()
}

// ownSections writes the name of a paper before the sections that it cites of itself.
func ownSections(base, text string) string {
	prefix := strings.TrimSuffix(base, ".md")
	if !slices.ContainsFunc(laws, func(l law) bool { return l.prefix == prefix }) {
		return text
	}
	return regexp.MustCompile(`([(\[] ?|; |see )§`).ReplaceAllString(text, "${1}"+prefix+" §")
}

// citations returns what a text cites, in the spelling of [statute].
func citations(text string) []string {
	var cited []string
	for _, m := range citesSection.FindAllStringSubmatch(text, -1) {
		last := ""
		for _, number := range section.FindAllString(m[2]+m[3], -1) {
			last = m[1] + " §" + number
			cited = append(cited, last)
		}
		if m[4] != "" {
			cited = append(cited, last+" row "+m[4])
		}
	}
	cited = append(cited, citesRule.FindAllString(text, -1)...)
	for _, m := range citesFailure.FindAllStringSubmatch(text, -1) {
		for _, id := range number.FindAllString(m[1], -1) {
			cited = append(cited, "domain "+id)
		}
	}
	for _, m := range citesPitfall.FindAllStringSubmatch(text, -1) {
		cited = append(cited, number.FindAllString(m[1]+m[2], -1)...)
	}
	for _, m := range citesDecision.FindAllStringSubmatch(text, -1) {
		cited = append(cited, m[1]+m[2])
	}
	return cited
}

// TestCitationsAreRead feeds the search citations in each form: one that finds nothing would pass the tree too.
func TestCitationsAreRead(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"(design §5.1 row b', pitfalls B14, D4)":       {"design §5.1", "design §5.1 row b'", "B14", "D4"},
		"in the order of design §2 and §5.6.":          {"design §2", "design §5.6"},
		"work-api §12 row 37; RFC 4517 §3.3.13":        {"work-api §12", "work-api §12 row 37"},
		"D-16, and domain F1, F2 and F22":              {"D-16", "domain F1", "domain F2", "domain F22"},
		"(E1, E2) and A4 without a word":               {"E1", "E2"},
		"pitfalls K, matrix K1 to K3":                  {"K", "K1", "K3"},
		"decision 0017, by an order (0004), mode 0077": {"0017", "0004"},
	}
	for text, want := range tests {
		got := citations(text)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("citations(%q) = %q, want %q", text, got, want)
		}
	}
}
