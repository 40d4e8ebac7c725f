// Package handover gives new credentials to the people who hand them out.
//
// It is the one place where a credential's password leaves the program: [NewPassword] makes
// one, [File] appends it, with the link that activates the app, to a CSV file that only the
// service's own user can read. Nothing else stores either, and no error of this package
// contains one (D-54, design §5.12).
//
// # The file
//
//	username,password,activation_link,csi,first_name,last_name,replaces
//
// Lines are RFC 4180 and end in a line feed. The [Layout] may ask for another separator, a byte order
// mark, and further columns, which stand before the last. A cell that a spreadsheet would take for a
// formula (it begins with = + - @, their full-width forms, a tab or a line end) gets an apostrophe in
// front; a program that reads the file takes off an apostrophe that stands before one of these, and
// no other. Passwords never begin that way. With [Layout.Text], cells with a digit are written as
// ="00123", which Excel takes for text, and other readers take as it stands: so it is a choice.
//
// Who is handed over together stands in the order of [Compare].
//
// The file only grows. Move it away whenever you like: the next delivery makes a new one,
// with its header. A file whose header says another layout gets no line: the lines go to one beside
// it, handover-2.csv and so on, and the [Receipt] says so.
//
// A person who had a line before has a mark in the next: replaces names the usernames whose earlier lines are void.
// If that is the line's own username and nothing happened to the person, a pass was interrupted between
// the service and this file, and the later line has the password that works (design §5.7).
//
// What [File.Deliver] reported is on disk and survives a crash. After an error it takes back
// what it wrote; after a crash in the middle of a write the next delivery ends the torn
// line, so that it stays visible as a line with too few cells and spoils no other.
//
// # Where to look
//
//	entry.go    what is handed over, and what came of it
//	file.go     the file
//	target.go   which file the next lines go to
//	waiting.go  how many lines nobody has fetched yet
//	standing.go the lines that are in a file already
//	layout.go   the form of a file
//	line.go     one line, with its activation link
//	cell.go     one cell, safe for spreadsheets
//	natural.go  the order of the lines
//	password.go new passwords
package handover
