package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == measureArgument {
		runtime.LockOSThread() // the child dies with this thread
		os.Exit(measure(os.Args[2:]))
	}
	b := bench{}
	sizes := flag.String("people", "1000,10000,100000", "how many people are in each company")
	flag.StringVar(&b.program, "program", "bin/threema-dirsync", "the program to measure")
	flag.StringVar(&b.out, "out", "docs/benchmarks.md", "the page to write")
	flag.IntVar(&b.rounds, "rounds", 5, "passes of each scene")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := b.run(ctx, *sizes); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type bench struct {
	program, out string
	rounds       int
	results      []result
}

// settingsPage is how many settings a service gives in a page: it may insist on the smaller number.
type settingsPage struct {
	size, quirk string
	scenes      []scene
}

// settingsPages are those that services are known to give. The size of a page matters where nothing else happens.
func settingsPages() []settingsPage {
	return []settingsPage{{"500", "", scenes()}, {"5000", "settings-page-5000", []scene{quiet()}}}
}

func (b *bench) run(ctx context.Context, sizes string) error {
	for text := range strings.SplitSeq(sizes, ",") {
		people, err := strconv.Atoi(text)
		if err != nil || people < 100 {
			return fmt.Errorf("-people %q: numbers from 100 on, with commas between them", text)
		}
		for _, page := range settingsPages() {
			if err := b.company(ctx, people, page); err != nil {
				return fmt.Errorf("%d people: %w", people, err)
			}
		}
	}
	return os.WriteFile(b.out, []byte(page(b.results, time.Now(), machineName())), 0o644)
}

// company lives through the scenes.
func (b *bench) company(ctx context.Context, people int, settings settingsPage) (err error) {
	dir, err := os.MkdirTemp("", "threema-dirsync-bench-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("open the folder for slapd: %w", err)
	}
	c, err := found(ctx, b.program, dir, people, settings.quirk)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if _, err := c.pass(); err != nil { // adopts, and learns the size of the pages
		return err
	}
	for _, s := range settings.scenes {
		r, err := b.scene(ctx, c, s, settings.size)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		b.results = append(b.results, r)
		fmt.Printf("%d people, %s, settings by %s: pass %s, floor %s, %d MB\n", people, s.name, settings.size, seconds(r.pass.Wall), seconds(r.floor()), r.pass.RSS>>20)
	}
	return nil
}

// scene takes the pass and the floor in turns.
func (b *bench) scene(ctx context.Context, c *company, s scene, settings string) (result, error) {
	var walls, cpus, searches, curls, pythons []time.Duration
	var rss []int64
	r := result{scene: s.name, people: len(c.directory.People), settings: settings, rounds: b.rounds}
	for round := range b.rounds {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		p, err := c.play(s, round)
		if err != nil {
			return r, err
		}
		search, errSearch := c.ldapsearch()
		curl, errCurl := c.curl(p.Lists)
		python, errPython := c.python()
		if err := errors.Join(errSearch, errCurl, errPython); err != nil {
			return r, err
		}
		walls, cpus, rss = append(walls, p.Wall), append(cpus, p.CPU), append(rss, p.RSS)
		searches, curls, pythons = append(searches, search), append(curls, curl), append(pythons, python)
		r.requests = p.Requests
	}
	r.pass = usage{median(walls), median(cpus), median(rss)}
	r.search, r.curl, r.python = median(searches), median(curls), median(pythons)
	var err error
	r.ledger, err = c.ledgerSize()
	return r, err
}
