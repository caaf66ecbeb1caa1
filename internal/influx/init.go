package influx

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/influxdata/influxdb-client-go/v2/domain"
)

// Init makes the bucket (2.x) or the database with its retention policy (1.8)
// and sets its retention. It changes nothing where all is as it should be.
func (s *Store) Init(ctx context.Context) error {
	v, err := s.server(ctx)
	if err != nil {
		return err
	}
	if v == v1 {
		err = s.initDatabase(ctx)
	} else {
		err = s.initBucket(ctx)
	}
	if err != nil {
		return fmt.Errorf("prepare bucket %q of InfluxDB at %s: %w", s.options.Bucket, s.options.URL, err)
	}
	return nil
}

func (s *Store) initBucket(ctx context.Context) error {
	org, err := s.client.OrganizationsAPI().FindOrganizationByName(ctx, s.options.Org)
	if err != nil {
		return fmt.Errorf("look up organisation %q: %w; set the server up with `influx setup`, then set influx.org and influx.token", s.options.Org, err)
	}
	existing, err := s.findBucket(ctx, *org.Id)
	if err != nil {
		return err
	}
	rule := domain.RetentionRule{EverySeconds: int64(s.options.Retention.Seconds())}
	if existing == nil {
		_, err := s.client.BucketsAPI().CreateBucketWithName(ctx, org, s.options.Bucket, rule)
		return wrap(err, "create it")
	}
	var kept int64 // no rule: for ever
	if len(existing.RetentionRules) > 0 {
		kept = existing.RetentionRules[0].EverySeconds
	}
	if kept == rule.EverySeconds {
		return nil
	}
	existing.RetentionRules = domain.RetentionRules{rule}
	_, err = s.client.BucketsAPI().UpdateBucket(ctx, existing)
	return wrap(err, "set its retention")
}

// findBucket looks in the one organisation: the library's look-up by name
// searches all that the token sees.
func (s *Store) findBucket(ctx context.Context, org string) (*domain.Bucket, error) {
	found, err := s.client.APIClient().GetBuckets(ctx, &domain.GetBucketsParams{Name: &s.options.Bucket, OrgID: &org})
	if err != nil {
		// 2.x answers "not found" for a name that it does not know.
		if strings.Contains(err.Error(), "not found") {
			return nil, nil
		}
		return nil, fmt.Errorf("look it up: %w", err)
	}
	if found.Buckets == nil || len(*found.Buckets) == 0 {
		return nil, nil
	}
	return &(*found.Buckets)[0], nil
}

func (s *Store) initDatabase(ctx context.Context) error {
	database, policy := s.policy()
	duration := "INF"
	if s.options.Retention > 0 {
		duration = fmt.Sprintf("%ds", int64(s.options.Retention/time.Second))
	}
	db, rp := quoteName(database), quoteName(policy)
	if err := s.setUp(ctx, fmt.Sprintf("CREATE DATABASE %s", db)); err != nil {
		return err
	}
	err := s.setUp(ctx, fmt.Sprintf("CREATE RETENTION POLICY %s ON %s DURATION %s REPLICATION 1 DEFAULT", rp, db, duration))
	if err != nil && strings.Contains(err.Error(), "already exists") {
		return s.setUp(ctx, fmt.Sprintf("ALTER RETENTION POLICY %s ON %s DURATION %s DEFAULT", rp, db, duration))
	}
	return err
}

// setUp runs a statement that answers nothing.
func (s *Store) setUp(ctx context.Context, statement string) error {
	ctx, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	_, err := s.influxQL(ctx, statement)
	return err
}

func wrap(err error, attempt string) error {
	if err != nil {
		return fmt.Errorf("%s: %w", attempt, err)
	}
	return nil
}
