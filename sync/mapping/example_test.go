package mapping_test

import (
	"fmt"
	"os"

	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

func Example() {
	m, err := mapping.New(mapping.Templates{
		CSI:       "{{ .employeeID }}",
		FirstName: "{{ .givenName }}",
		LastName:  "{{ .sn }}",
		Username:  `{{ printf "%.2s" (ascii .givenName) | lower }}{{ .sn | ascii | lower | replace " " "" }}`,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err) // one line for each mistake
		return
	}
	identity := m.Map(model.Person{Attributes: map[string][]string{
		"employeeid": {"4711"}, "givenname": {"Änne"}, "sn": {"von Arx"},
	}})
	fmt.Fprintln(os.Stdout, m.Attributes())
	fmt.Fprintln(os.Stdout, identity.CSI, identity.Username)
	// Output:
	// [employeeid givenname sn]
	// 4711 aevonarx
}
