package testdir

import (
	"fmt"
	"strings"
)

// State is what the directory says about an account.
type State int

// The states of an account. An expiry in the future and a temporary lock-out are Active.
const (
	Active   State = iota
	Disabled       // switched off by an administrator
	Expired        // past its expiry date; only Active Directory has one
)

// Person is one of the people in a directory, and the truth that tests compare with.
type Person struct {
	DN         string
	Account    string // uid, sAMAccountName
	GivenName  string
	Surname    string
	CommonName string
	Mail       string // empty for every 13th
	Number     string // employeeNumber, employeeID: unique
	Title      string
	Department string
	Unit       string // name of the organisational unit
	State      State
}

// Entitled tells whether the person is to have a credential.
func (p Person) Entitled() bool { return p.State == Active }

// Units are the organisational units that people are spread over. The last one is the
// [Endpoint]'s HiddenOU.
func Units() []string { return []string{"Technik", "Vertrieb", "Verwaltung"} }

// NewPerson makes person number i, always the same for the same number. The servers set DN and
// State. Every 50th, from 7, has a comma and an umlaut in the common name.
func NewPerson(i int) Person {
	given := givenNames()[(i*7+i/20)%len(givenNames())]
	surname := surnames()[(i*11+i/19)%len(surnames())]
	if i%50 == 7 {
		given, surname = "Jürgen", "Krüger"
	}
	p := Person{
		Account:    fmt.Sprintf("u%06d", i),
		GivenName:  given,
		Surname:    surname,
		Number:     fmt.Sprint(100000 + i),
		Title:      fmt.Sprintf("Ingenieur %d", i%13),
		Department: fmt.Sprintf("D%d", i%97),
		Unit:       Units()[i%len(Units())],
	}
	p.CommonName = fmt.Sprintf("%s %s %d", given, surname, i)
	if i%50 == 7 {
		p.CommonName = fmt.Sprintf("%s, %s %d", surname, given, i)
	}
	if i%13 != 0 {
		p.Mail = p.Account + "@example.org"
	}
	return p
}

// Entitled returns the people who are to have a credential.
func Entitled(people []Person) []Person {
	var entitled []Person
	for _, p := range people {
		if p.Entitled() {
			entitled = append(entitled, p)
		}
	}
	return entitled
}

func givenNames() []string {
	return strings.Fields("Anna Ben Clara David Eva Felix Greta Hans Ida Jonas " +
		"Karin Lukas Maria Nils Olga Paul Rosa Sören Tina Jürgen")
}

func surnames() []string {
	return strings.Fields("Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann " +
		"Groß Bauer Richter Klein Wolf Krüger Ångström Łukasz O'Brien")
}
