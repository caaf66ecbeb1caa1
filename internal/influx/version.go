package influx

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// version is the server's generation.
type version int

const (
	unknown version = iota
	v1              // 1.8: databases and retention policies, set up by InfluxQL
	v2              // 2.x: organisations and buckets, set up by the API
)

// server finds out, once, which generation answers. Builds that were not made
// by the vendor report no version, so the set-up endpoint, which only 2.x has,
// decides where the version header does not.
func (s *Store) server(ctx context.Context) (version, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.version != unknown {
		return s.version, nil
	}
	v, err := s.detect(ctx)
	if err != nil {
		return unknown, fmt.Errorf("find out the version of InfluxDB at %s: %w", s.options.URL, err)
	}
	s.version = v
	return v, nil
}

func (s *Store) detect(ctx context.Context) (version, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	_, header, err := s.get(ctx, "ping")
	if err != nil {
		return unknown, err
	}
	name := strings.TrimPrefix(header.Get("X-Influxdb-Version"), "v")
	switch {
	case strings.HasPrefix(name, "1."):
		return v1, nil
	case strings.HasPrefix(name, "2."):
		return v2, nil
	case strings.HasPrefix(name, "3."):
		return unknown, fmt.Errorf("it is InfluxDB %s, which has no Flux; use 2.7 or 1.8", name)
	}
	status, _, err := s.get(ctx, "api/v2/setup")
	switch {
	case err != nil:
		return unknown, err
	case status == http.StatusOK:
		return v2, nil
	case status == http.StatusNotFound:
		return v1, nil
	}
	return unknown, fmt.Errorf("GET /api/v2/setup answered with status %d", status)
}
