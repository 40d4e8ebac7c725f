package ledger_test

import (
	dirsync "github.com/threema-dirsync/threema-dirsync/sync"
	"github.com/threema-dirsync/threema-dirsync/sync/ledger"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

var (
	_ dirsync.Ledger = (*ledger.Ledger)(nil)
	_ dirsync.Recall = (*ledger.Ledger)(nil)
	_ model.Failure  = (*ledger.SpentError)(nil)
)
