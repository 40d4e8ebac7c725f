// Package wording is how every text of the program is put together, whoever writes it: what comes from outside cannot
// steer a terminal, a time looks the same wherever it is told, and a list that is cut says how much is missing. Text goes
// in and text comes out; the package knows nothing of people, directories or licence packages, and anybody may use it.
package wording
