// Package english words reasons: it has a sentence for each code of the core, and decides nothing. Another language is a
// package beside it with the same functions.
//
// In a sentence, {1} is the first argument of the reason, {2} the second. A time is shown as a stamp, with {1:date} as a day;
// {1:person:people} counts; a reason is worded, several are joined by semicolons, and names by commas. Words between
// arguments are plain text: what comes from a directory is made harmless by whoever prints it.
package english
