package main

import "testing"

func (m *matrix) rights(t *testing.T)     {}
func (m *matrix) scope(t *testing.T)      {}
func (m *matrix) moves(t *testing.T)      {}
func (m *matrix) servers(t *testing.T)    {}
func (m *matrix) identities(t *testing.T) {}
func (m *matrix) memory(t *testing.T)     {}
func (m *matrix) kill(t *testing.T)       {}
func (m *matrix) service(t *testing.T)    {}
func (m *matrix) process(t *testing.T)    {}
func (m *matrix) trickle(t *testing.T)    {}
