// Package lookup finds whom somebody means: one person, by what directory, ledger and package know of them; and, of what
// waits for a yes or was given one, what is of that person or of an OU. Who is not the only one is nobody's guess: the
// error names the candidates. It does no I/O.
//
//	register.go  under which keys each person is known
//	find.go      by ID, csi, username, mail, DN, Threema ID, credential, or as the history knows them
//	names.go     by their names, the weakest of all keys
//	only.go      what waits, of one person or OU
//	given.go     what was given, of one person, OU or hash
package lookup
