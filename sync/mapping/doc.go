// Package mapping turns the attributes of a directory entry into what the licence package
// should say about that person: th_csi, names, the username of the credential, and the
// opt-in settings.
//
// [New] compiles the templates of the configuration and reports every mistake at once as
// [Errors]. A [Mapper] then answers two questions: which attributes and groups must be read
// ([Mapper.Attributes], [Mapper.Groups]), and who is this person ([Mapper.Map]). Map never fails as a whole:
// what cannot be mapped is a held identity with a reason that names the template and the
// attributes, and never their values.
//
// # Templates
//
// A template is a text/template over one entry:
//
//	{{ .employeeID }}                                    the first value of an attribute; names fold case
//	{{ index . "x-personnel-no" }}                       an attribute whose name has a hyphen
//	{{ .displayName | default .cn }}                     a fallback
//	{{ if eq .c "CH" }}ch{{ else }}x{{ end }}_{{ .uid }} a choice
//	{{ range .ou }}{{ . }},{{ end }}                     all values
//	{{ printf "%.2s" (ascii .givenName) | lower }}       the first two letters
//
// An attribute is the list of its values in a stable order; one that the entry lacks is the
// empty list. The functions work on every value of the list, and what is written in the end
// is one of them (in the category: all of them, as labels). Which one, the template says by first
// or index; else all that it could write are handed on, and the core picks (several.go). lower, upper and trim do what
// they say; replace OLD NEW changes text; first keeps the first value; default FALLBACK
// steps in for an empty value; ascii spells text in ASCII by the German rule (D-13). Of the
// built-in functions and, or, not, eq, ne, len, index and printf are there.
//
// In the category alone, member "DN" tells whether a group has the person, directly or through
// other groups (member.go). Where nobody can say, the category is left out of the identity, so
// that it stays as it is; nothing else of the person is.
//
// The parse tree is walked before anything runs (tree.go), so which attributes and groups a
// template reads is known for certain; a template that hides it is refused.
//
// # Rules for the results
//
// No value is longer than 255 characters (D-09); a longer one holds the person. csi and
// username are trimmed, NFC and printable. Names, job title and department lose control and
// bidi characters, and runs of blanks become one (domain F23). A nickname is cut to 31 UTF-16 units
// and 32 bytes (domain §5.2). A category is a list of labels: sorted, without repetitions; a
// comma inside a value of the directory becomes a blank, a comma of the template separates.
// linked_email has one @, linked_phone the form +41441234567. An opt-in value that comes out
// empty is an empty setting, which means unset.
//
// # Where to look
//
//	mapper.go   templates become a mapper, and an entry an identity
//	field.go    one key: its template and its rule
//	column.go   one further column of the hand-over file
//	rule.go     what a value must look like
//	phone.go    phone numbers
//	tree.go     what a template reads, before it runs
//	function.go the functions of templates
//	ascii.go    one of them
//	member.go   another one, which asks for groups
//	values.go   attributes as templates see them
//	several.go  attributes with several values
//	problem.go  mistakes in templates
package mapping
