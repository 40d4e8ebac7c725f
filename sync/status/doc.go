// Package status collects what is known of an installation without asking directory or package: the last pass and what it
// told, what somebody said since, and what the ledger remembers. Its values decide nothing new; package view writes them.
// Start at [Collect]. It is as pure as [plan]: facts go in, with the time among them.
package status
