// Package outcomes is what comes of a pass, and of what somebody says: of an order, a leave of absence, a yes, a yes that is
// taken back, a source that is gone. They are values: package sync makes them, package view writes them for people and
// for programs.
package outcomes
