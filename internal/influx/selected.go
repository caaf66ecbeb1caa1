package influx

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/influxdata/influxdb-client-go/v2/api/query"
	"golang.org/x/sync/errgroup"
)

// atOnce is how many questions are asked at once.
const atOnce = 4

// selected are the points of a measurement that filters with patient, kinds and
// bounds select. InfluxDB 1.8 is asked once, in InfluxQL: on it a statement costs
// a twentieth of a question in Flux, and several of those in one cost more than
// one by one.
func (s *Store) selected(ctx context.Context, measurement string, filters []Filter) ([]*query.FluxRecord, error) {
	v, err := s.server(ctx)
	if err != nil || len(filters) == 0 {
		return nil, err
	}
	if v == v1 {
		return s.selectedQL(ctx, measurement, filters)
	}
	found := make([][]*query.FluxRecord, len(filters))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, f := range filters {
		group.Go(func() error {
			for r, err := range rows(ctx, s, f.of(measurement), func(r *query.FluxRecord) *query.FluxRecord { return r }) {
				if err != nil {
					return err
				}
				found[i] = append(found[i], r)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
}

func (s *Store) selectedQL(ctx context.Context, measurement string, filters []Filter) ([]*query.FluxRecord, error) {
	_, policy := s.policy()
	statements := make([]string, len(filters))
	for i, f := range filters {
		statements[i] = fmt.Sprintf("SELECT * FROM %s.%s WHERE %s", quoteName(policy), quoteName(measurement),
			chosen(f.Patient, f.Kinds, nextMillisecond(f.Since), nextMillisecond(f.Until)))
	}
	all, err := s.influxQL(ctx, strings.Join(statements, ";"))
	if err != nil {
		return nil, s.queryError(err)
	}
	var records []*query.FluxRecord
	for _, group := range all {
		records = append(records, group.records()...)
	}
	return records, nil
}
