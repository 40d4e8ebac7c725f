package outcomes

import (
	"github.com/threema-dirsync/threema-dirsync/sync/english"
	"github.com/threema-dirsync/threema-dirsync/sync/model"
)

// TrustError ends a pass over a licence package that is not trusted.
type TrustError struct{ model.Distrust }

func (e *TrustError) Error() string { return english.Distrusted(e.Distrust) }
