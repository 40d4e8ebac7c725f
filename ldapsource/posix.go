package ldapsource

import (
	"errors"
	"strconv"
	"strings"
)

// posixNumber is what a posixGroup is named by: in the entry of an account it says which group is the
// primary one, and that group does not list the account (RFC 2307 §2.2, §5.2). Whoever asks the name
// service for the groups of a user is told the primary one among them.
const posixNumber = "gidNumber"

func (openLDAP) primaryAttribute() string { return posixNumber }

// primaryGroups: an account must have a number, so one that shows none hides it; and so may an
// entry that does not even show what it is. Others are in no group by number.
func (openLDAP) primaryGroups(person entry) ([]string, error) {
	numbers := numbersOf(person)
	if len(numbers) == 0 && (person.isA("posixAccount") || person.first("objectclass") == "") {
		return nil, errors.New(posixNumber + " is not readable")
	}
	return numbers, nil
}

func (openLDAP) primaryKeys(group entry) []string { return numbersOf(group) }

func (openLDAP) primaryMembers(group entry) filter {
	var ways []filter
	for _, number := range numbersOf(group) {
		ways = append(ways, equal(posixNumber, number))
	}
	if len(ways) == 0 {
		return ""
	}
	return anyOf(ways...)
}

// numbersOf spells numbers in one way, as integerMatch does (RFC 4517 §4.2.19). The schema allows one
// value; of more than one each counts.
func numbersOf(e entry) []string {
	var numbers []string
	for _, text := range e.all(posixNumber) {
		text = strings.TrimSpace(text)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			text = strconv.FormatInt(n, 10)
		}
		numbers = append(numbers, text)
	}
	return numbers
}
