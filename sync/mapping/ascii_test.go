package mapping

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestASCII(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in, want string }{
		{"umlauts", "Jörg Müller-Größmann", "Joerg Mueller-Groessmann"},
		{"decomposed umlauts", norm.NFD.String("Jörg Müller"), "Joerg Mueller"},
		{"capital before small letters", "Ärger Öl Übel", "Aerger Oel Uebel"},
		{"capital before decomposed small letters", norm.NFD.String("Äïda"), "Aeida"},
		{"capitals", "MÜLLER ÄRZTE GROẞ GRÜ", "MUELLER AERZTE GROSS GRUE"},
		{"a capital alone", "Ä. Muster", "Ae. Muster"},
		{"a capital before a hyphen", "Ü-Wagen", "Ue-Wagen"},
		{"umlaut with another mark", "ǟ ạ̈", "ae ae"},
		{"French", "Éloïse Lefèvre d’Arc Œuvre cœur", "Eloise Lefevre d'Arc Oeuvre coeur"},
		{"Nordic", "Åse Sørensen Æbelø æ Þór ð Øst", "Ase Sorensen Aebelo ae Thor d Ost"},
		{"Nordic capitals", "ÆRØ ÞÓR", "AERO THOR"},
		{"Polish, Czech, Croatian, Maltese, Sami", "Łódź Dvořák Đorđe Ħamrun ŧŋ", "Lodz Dvorak Dorde Hamrun tn"},
		{"Turkish", "İstanbul ışık", "Istanbul isik"},
		{"Vietnamese", "Nguyễn Thị Đào", "Nguyen Thi Dao"},
		{"compatibility forms", "ﬁnn ２ ™", "finn 2 TM"},
		{"dashes and blanks", "a–b‐c\u00a0d\u2011e", "a-b-c d-e"},
		{"other scripts and emoji are dropped", "Иван 山田 x😀", "  x"},
		{"ASCII stays", "a_b.c-d'e 9", "a_b.c-d'e 9"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := ascii(tt.in); got != tt.want {
				t.Errorf("ascii(%+q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestASCIIProperties(t *testing.T) {
	t.Parallel()
	latin := rapid.StringOf(rapid.RuneFrom(nil, unicode.Latin, unicode.Mn))
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(latin, rapid.String()).Draw(t, "s")
		got := ascii(s)
		if strings.ContainsFunc(got, func(r rune) bool { return r > unicode.MaxASCII }) {
			t.Errorf("ascii(%+q) = %+q is not ASCII", s, got)
		}
		if again := ascii(got); again != got {
			t.Errorf("not idempotent: %q, then %q", got, again)
		}
		for _, form := range []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD} {
			if other := ascii(form.String(s)); other != got {
				t.Errorf("ascii(%+q) = %q, but its other form gives %q", s, got, other)
			}
		}
	})
}
