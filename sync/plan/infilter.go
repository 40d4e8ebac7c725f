package plan

import "github.com/threema-dirsync/threema-dirsync/sync/model"

// noteFilters tells of such filters.
func (p *record) noteFilters() {
	for _, s := range p.Sources {
		if names := s.Snapshot.StateInFilter; len(names) > 0 {
			p.notice(NoticeFilter, model.Subject{Person: model.PersonID{Source: s.Snapshot.Source}}, model.Because("state-in-filter", names))
		}
	}
}
