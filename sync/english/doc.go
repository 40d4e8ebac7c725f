// Package english words reasons: it has a sentence for each code of the core, and decides nothing. Another language is a
// package beside it with the same functions.
//
// In a sentence, {1} is the first argument of the reason, {2} the second. A time is shown as a stamp, with {1:date} as a
// day, with {1:minute} without seconds; {1:person:people} counts; {1:quoted} puts a text into quotes; a reason is worded,
// several are joined by semicolons, with {1:list} by commas, as names are. Words between arguments are plain text: what
// comes from a directory is made harmless by whoever prints it.
//
//	say.go        a reason becomes words
//	sentences.go  where the sentence of a code is looked for
package english
