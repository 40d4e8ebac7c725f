package main

import "testing"

func (m *matrix) memory(t *testing.T)  {}
func (m *matrix) kill(t *testing.T)    {}
func (m *matrix) service(t *testing.T) {}
func (m *matrix) process(t *testing.T) {}
func (m *matrix) trickle(t *testing.T) {}
