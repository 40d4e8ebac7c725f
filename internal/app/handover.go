package app

import (
	"context"

	"github.com/threema-dirsync/threema-dirsync/internal/config"
	"github.com/threema-dirsync/threema-dirsync/internal/plainfile"
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/handover"
	"github.com/threema-dirsync/threema-dirsync/sync/mapping"
)

// handoverOf makes the sink. Without one, passwords can be read in the cockpit: the
// configuration allows that only unhashed.
func handoverOf(cfg *config.Config, files config.Files) dirsync.Handover {
	if cfg.Handover.File == "" {
		return noHandover{}
	}
	return handover.NewFile(cfg.Handover.File, cfg.Handover.Link.String(), layoutOf(cfg.Handover), files.Owners...)
}

// HandoverWaiting lists the lines that nobody has fetched yet.
func HandoverWaiting(cfg *config.Config) ([]handover.Waiting, error) {
	if cfg.Handover.File == "" {
		return []handover.Waiting{}, nil
	}
	return handover.NewFile(cfg.Handover.File, "", layoutOf(cfg.Handover)).Waiting()
}

// HandoverTrouble says why no new password can be handed over, "" if nothing is seen that stops it. It writes nothing.
// The file may be that of whoever owns the state folder: as that user passes run.
func HandoverTrouble(cfg *config.Config) string {
	var owners []uint32
	if owner, found := plainfile.OwnerOf(cfg.StateDir); found {
		owners = append(owners, owner)
	}
	return handoverTrouble(cfg, owners)
}

func handoverTrouble(cfg *config.Config, owners []uint32) string {
	if cfg.Handover.File == "" {
		return ""
	}
	if err := handover.NewFile(cfg.Handover.File, cfg.Handover.Link.String(), layoutOf(cfg.Handover), owners...).Look(); err != nil {
		return err.Error()
	}
	return ""
}

// layoutOf is the form of the file.
func layoutOf(h config.Handover) handover.Layout {
	l := handover.Layout{BOM: h.CSV.BOM, Text: h.CSV.Text}
	switch h.CSV.Separator {
	case config.SeparatorComma:
		l.Separator = ','
	case config.SeparatorSemicolon:
		l.Separator = ';'
	case config.SeparatorTab:
		l.Separator = '\t'
	}
	for _, c := range h.Columns {
		l.Columns = append(l.Columns, c.Name)
	}
	return l
}

// columnsOf are the templates of further columns.
func columnsOf(h config.Handover) []mapping.Column {
	var columns []mapping.Column
	for _, c := range h.Columns {
		columns = append(columns, mapping.Column(c))
	}
	return columns
}

// noHandover is the choice to read passwords in the cockpit.
type noHandover struct{}

func (noHandover) Check() error { return nil }

func (noHandover) Deliver(context.Context, []handover.Entry) (handover.Receipt, error) {
	return handover.Receipt{}, nil
}
