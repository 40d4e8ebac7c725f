package english

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/threema-dirsync/threema-dirsync/internal/wording"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// Say words one reason.
func Say(r model.Reason) string {
	if r.Code == model.Plain {
		return fmt.Sprint(r.Args...)
	}
	words, found := Sentence(r.Code)
	if !found {
		return string(r.Code)
	}
	return fill(words, r.Args)
}

// Join words several, one after the other.
func Join(reasons []model.Reason) string {
	return strings.Join(model.Convert(reasons, Say), "; ")
}

// fill puts arguments into a sentence.
func fill(sentence string, args []any) string {
	var words strings.Builder
	for {
		before, rest, found := strings.Cut(sentence, "{")
		words.WriteString(before)
		if !found {
			return words.String()
		}
		field, after, closed := strings.Cut(rest, "}")
		if !closed {
			return words.String() + "{" + rest
		}
		words.WriteString(argument(field, args))
		sentence = after
	}
}

// argument words what stands in one pair of braces: the number of the argument, and how it is shown.
func argument(field string, args []any) string {
	forms := strings.Split(field, ":")
	n, err := strconv.Atoi(forms[0])
	if err != nil || n < 1 || n > len(args) {
		return "{" + field + "}"
	}
	switch arg := args[n-1].(type) {
	case time.Time:
		if len(forms) == 2 && forms[1] == "date" {
			return arg.UTC().Format(time.DateOnly)
		}
		return wording.Stamp(arg)
	case int:
		if len(forms) == 3 {
			return wording.Counted(arg, forms[1], forms[2])
		}
		return strconv.Itoa(arg)
	case model.Reason:
		return Say(arg)
	case []model.Reason:
		return Join(arg)
	case []string:
		return strings.Join(arg, ", ")
	default:
		return fmt.Sprint(arg)
	}
}
