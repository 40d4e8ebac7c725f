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
	if r.Words != "" {
		return r.Words
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
	forms := formsOf(field)
	n, err := strconv.Atoi(forms[0])
	if err != nil || n < 1 || n > len(args) {
		return "{" + field + "}"
	}
	form := strings.Join(forms[1:], ":")
	switch arg := args[n-1].(type) {
	case time.Time:
		return moment(arg, form)
	case time.Duration:
		return wording.Span(arg)
	case int:
		if len(forms) == 3 {
			return wording.Counted(arg, forms[1], forms[2])
		}
		return strconv.Itoa(arg)
	case model.Reason:
		return Say(arg)
	case model.Wait:
		return Ask(arg)
	case []model.Reason:
		return listed(model.Convert(arg, Say), form, "; ")
	case []string:
		return listed(arg, form, ", ")
	case string:
		if form == "quoted" {
			return strconv.Quote(arg)
		}
		return arg
	default:
		return fmt.Sprint(arg)
	}
}

// formsOf parts the number of an argument and the forms behind it at each colon that stands alone; two are one of the
// words.
func formsOf(field string) []string {
	const colon = "\x00"
	return model.Convert(strings.Split(strings.ReplaceAll(field, "::", colon), ":"), func(form string) string {
		return strings.ReplaceAll(form, colon, ":")
	})
}

// moment words a time.
func moment(t time.Time, form string) string {
	if form == "date" {
		return wording.Day(t)
	}
	return wording.Stamp(t)
}

// shownFew keeps a sentence readable that names people of a whole OU.
const shownFew = 5

// listed joins several: as the braces ask for, with a word or a mark that they name, or as is usual.
func listed(words []string, form, usual string) string {
	switch form {
	case "":
		return strings.Join(words, usual)
	case "list", ",":
		return strings.Join(words, ", ")
	case "some":
		return wording.SomeOf(words, model.ShownOUs, " and ")
	case "few":
		return wording.SomeOf(words, shownFew, "; ")
	case ".":
		return strings.Join(words, ". ")
	case "lines":
		return strings.Join(words, "\n")
	}
	return strings.Join(words, " "+form+" ")
}

// Sentences words what are whole sentences, one after the other.
func Sentences(reasons []model.Reason) string {
	return strings.Join(model.Convert(reasons, Say), " ")
}
