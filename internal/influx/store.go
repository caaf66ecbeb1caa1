package influx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/rs/zerolog"
)

// Options says where the server is and how patiently to write to it.
type Options struct {
	// URL of the server, "http://127.0.0.1:8086".
	URL string
	// Org is the organisation on 2.x; 1.8 has none.
	Org string
	// Bucket on 2.x; on 1.8 a database with a retention policy of the same
	// name, or "database/policy".
	Bucket string
	// Token on 2.x; "user:password" on 1.8 with authentication; else empty.
	Token string
	// Retention is how long points are kept, 0 for ever. Used by Init.
	Retention time.Duration
	// Timeout bounds one write request; default 10 s.
	Timeout time.Duration
	// RetryFor bounds the retries of one write; default 30 s.
	RetryFor time.Duration
	// Log gets a line for each retry.
	Log zerolog.Logger
}

func (o *Options) setDefaults() {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.RetryFor <= 0 {
		o.RetryFor = 30 * time.Second
	}
}

// Store reads and writes one bucket. It is safe for concurrent use.
type Store struct {
	options Options
	client  influxdb2.Client

	mu      sync.Mutex
	version version // guarded by mu; unknown until the server has been asked
}

// Open prepares a store without contacting the server.
func Open(o Options) (*Store, error) {
	o.setDefaults()
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fmt.Errorf("InfluxDB URL %q: want http(s)://host:port", o.URL)
	}
	if o.Bucket == "" || strings.Count(o.Bucket, "/") > 1 {
		return nil, fmt.Errorf("InfluxDB bucket %q: want NAME, or DATABASE/POLICY on InfluxDB 1.8", o.Bucket)
	}
	if o.Org == "" {
		return nil, errors.New("InfluxDB organisation is empty: set influx.org (any name on InfluxDB 1.8)")
	}
	options := influxdb2.DefaultOptions().SetApplicationName("holter")
	options.SetHTTPClient(&http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: time.Minute,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       90 * time.Second,
	}})
	return &Store{options: o, client: influxdb2.NewClientWithOptions(o.URL, o.Token, options)}, nil
}

// Close releases the store's connections.
func (s *Store) Close() {
	s.client.Close()
	s.client.Options().HTTPClient().CloseIdleConnections()
}

// Ping returns nil when the server answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	status, _, err := s.get(ctx, "ping")
	if err != nil {
		return fmt.Errorf("ping InfluxDB at %s: %w; is it running, and is influx.url right?", s.options.URL, err)
	}
	if status/100 != 2 {
		return fmt.Errorf("ping InfluxDB at %s: it answered with status %d", s.options.URL, status)
	}
	return nil
}

// get asks for a path below the server's URL and leaves the body unread.
func (s *Store) get(ctx context.Context, path string) (status int, header http.Header, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.client.HTTPService().ServerURL()+path, nil)
	if err != nil {
		return 0, nil, err
	}
	response, err := s.client.HTTPService().DoHTTPRequestWithResponse(request, nil)
	if err != nil {
		return 0, nil, err
	}
	return response.StatusCode, response.Header, response.Body.Close()
}

// bucket is the name that the 2.x API of the server at hand understands.
func (s *Store) bucket(v version) string {
	if v != v1 {
		return s.options.Bucket
	}
	database, policy := s.policy()
	return database + "/" + policy
}

// policy is the database and retention policy on 1.8.
func (s *Store) policy() (database, policy string) {
	database, policy, found := strings.Cut(s.options.Bucket, "/")
	if !found {
		policy = database
	}
	return database, policy
}
