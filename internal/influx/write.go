package influx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"
	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"

	"github.com/holterd/holter/pkg/localize"
)

// maxPoints bounds one request.
const maxPoints = 2000

// WriteEvents stores events, each in place of its older version, and their new
// beats beside those that are there, and returns when the server has them. Of
// several versions of one event the last wins.
//
// Failures that may pass (no connection, time-out, server error, missing
// rights or bucket) are retried for Options.RetryFor; then nothing is said of
// how much was stored, and the whole call can be repeated. A *RejectedError
// means that the events it lists will never be stored whole and all others are.
func (s *Store) WriteEvents(ctx context.Context, events []localize.Event) error {
	var points []point
	var of []int // event of each point
	for i, e := range events {
		own := append([]point{eventPoint(e)}, beatPoints(e)...)
		points, of = append(points, own...), append(of, slices.Repeat([]int{i}, len(own))...)
	}
	err := s.write(ctx, points)
	var rejected *RejectedError
	if errors.As(err, &rejected) {
		return rejected.each(of)
	}
	return err
}

// WriteWindows stores analysed windows; see WriteEvents for errors.
func (s *Store) WriteWindows(ctx context.Context, windows []Window) error {
	points := make([]point, len(windows))
	for i, w := range windows {
		points[i] = windowPoint(w)
	}
	return s.write(ctx, points)
}

// numbered is an encoded point with its position in the caller's slice.
type numbered struct {
	index int
	name  string
	line  string
}

func (s *Store) write(ctx context.Context, points []point) error {
	if len(points) == 0 {
		return nil
	}
	lines, rejected := encodeAll(points)
	for len(lines) > 0 {
		n := min(len(lines), maxPoints)
		refused, err := s.writeLines(ctx, lines[:n])
		if err != nil {
			return fmt.Errorf("write to InfluxDB at %s: %w", s.options.URL, err)
		}
		rejected = append(rejected, refused...)
		lines = lines[n:]
	}
	if len(rejected) > 0 {
		return &RejectedError{Points: rejected}
	}
	return nil
}

// encodeAll keeps of points with one identity the last: within one request the
// server promises no order.
func encodeAll(points []point) (lines []numbered, rejected []Rejected) {
	last := make(map[string]int, len(points))
	for i, p := range points {
		last[p.identity()] = i
	}
	for i, p := range points {
		if last[p.identity()] != i {
			continue
		}
		line, err := p.encode()
		if err != nil {
			rejected = append(rejected, Rejected{Name: p.name, Index: i, Reason: err.Error()})
			continue
		}
		lines = append(lines, numbered{index: i, name: p.name, line: line})
	}
	return lines, rejected
}

// writeLines stores lines and returns those that the server refuses for good.
// A refusal of many says little about which one is at fault, so it halves them
// until every refused point stands alone; writing a good one twice is harmless.
func (s *Store) writeLines(ctx context.Context, lines []numbered) ([]Rejected, error) {
	err := s.send(ctx, lines)
	var refusal *refusedError
	switch {
	case err == nil:
		return nil, nil
	case !errors.As(err, &refusal):
		return nil, err
	case len(lines) == 1:
		return []Rejected{{Name: lines[0].name, Index: lines[0].index, Reason: refusal.Error()}}, nil
	}
	half := len(lines) / 2
	first, err := s.writeLines(ctx, lines[:half])
	if err != nil {
		return nil, err
	}
	second, err := s.writeLines(ctx, lines[half:])
	return append(first, second...), err
}

// refusedError is an answer that repeating the request cannot change.
type refusedError struct{ err error }

func (e *refusedError) Error() string { return e.err.Error() }
func (e *refusedError) Unwrap() error { return e.err }

// send makes one request, repeated while the failure may pass.
func (s *Store) send(ctx context.Context, lines []numbered) error {
	text := make([]string, len(lines))
	for i, l := range lines {
		text[i] = l.line
	}
	policy := backoff.NewExponentialBackOff()
	policy.InitialInterval = 200 * time.Millisecond
	policy.MaxInterval = 5 * time.Second
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		return struct{}{}, s.attempt(ctx, text)
	}, backoff.WithBackOff(policy), backoff.WithMaxElapsedTime(s.options.RetryFor),
		backoff.WithNotify(func(err error, wait time.Duration) {
			s.options.Log.Warn().Err(err).Dur("retry_in", wait).Int("points", len(lines)).Msg("InfluxDB did not take the points")
		}))
	return err
}

func (s *Store) attempt(ctx context.Context, text []string) error {
	v, err := s.server(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	return classify(s.client.WriteAPIBlocking(s.options.Org, s.bucket(v)).WriteRecord(ctx, text...))
}

// classify sorts the server's answers into those that may pass, those that ask
// to wait and those that are final.
func classify(err error) error {
	var answer *influxhttp.Error
	if !errors.As(err, &answer) {
		return err
	}
	switch answer.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return backoff.Permanent(&refusedError{err})
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w; check influx.token and its rights on influx.bucket", err)
	case http.StatusNotFound:
		return fmt.Errorf("%w; run `holter init` to create influx.bucket", err)
	}
	if answer.RetryAfter > 0 {
		return errors.Join(err, backoff.RetryAfter(int(min(answer.RetryAfter, 60))))
	}
	return err
}
