package worksim

import "net/http"

// Request is a Work API request that arrived.
type Request struct {
	Method string `json:"method"`
	Path   string `json:"path"` // escaped, below the base
	Query  string `json:"query,omitempty"`
	Status int    `json:"status"` // 0: under way, or the connection was dropped
}

// arrive notes a request and finds the fault that strikes it.
func (s *Server) arrive(r *http.Request, path string) (*Request, Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := &Request{Method: r.Method, Path: path, Query: r.URL.RawQuery}
	s.requests = append(s.requests, entry)
	return entry, s.takeFault(r.Method, path)
}

// leave notes how a request was answered.
func (s *Server) leave(r *http.Request, entry *Request, status int) {
	s.mu.Lock()
	entry.Status = status
	s.mu.Unlock()
	s.log.DebugContext(r.Context(), "request", "method", entry.Method, "path", entry.Path, "status", status)
}

// Requests lists the Work API requests since the start, or since they were last cleared, in the order of arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Request, len(s.requests))
	for i, entry := range s.requests {
		all[i] = *entry
	}
	return all
}

// ClearRequests forgets the requests up to now.
func (s *Server) ClearRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}
