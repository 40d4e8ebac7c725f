package mapping

import (
	"cmp"
	"fmt"

	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// column is a further column of the hand-over file.
type column struct {
	name  string
	field *field
}

func columnsOf(wanted []Column) []column {
	var columns []column
	for n, c := range wanted {
		columns = append(columns, column{c.Name, &field{path: fmt.Sprintf("handover.columns[%d].value", n), source: c.Value, rule: textRule}})
	}
	return columns
}

// cell is what stands in the column for one person. Of several values that of the DN counts, else the
// first; one of no use leaves the cell empty, and stops nothing.
func (c column) cell(p model.Person) model.Cell {
	cell := model.Cell{Column: c.name}
	value, reason, _ := c.field.value(p, nil)
	if several := c.field.several(p); len(several.Values) > 0 {
		value, reason = cmp.Or(several.RDN, several.Values[0]), model.Reason{}
	}
	cell.Value, cell.Unusable = value, reason
	return cell
}
