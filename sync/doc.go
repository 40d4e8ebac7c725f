// Package sync is one pass: read, plan, gate, journal, apply, verify, report. It is not the
// standard library's sync; import it as dirsync.
//
// [Pass] does everything a pass needs in the order of design §2 and §5.6: it reads the
// sources and the licence package, asks sync/plan for a plan, writes each intent to the
// ledger before its request goes out, and settles what came of it. The package owns the
// interfaces it calls (ports.go); ldapsource, threema and sync/ledger satisfy them without
// importing it, and cmd joins them.
package sync
