package analyzer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/registry"
	"github.com/holterd/holter/pkg/model"
)

// registryPeriod is how often the registry's file is looked at.
const registryPeriod = 5 * time.Second

// Open prepares the service with the parts that the configuration names: the
// device registry, InfluxDB, and the model behind a batcher. It contacts
// neither InfluxDB nor Kafka. Run closes what was opened. The observer may be
// nil.
func Open(cfg config.Config, log zerolog.Logger, metrics prometheus.Registerer, observer Observer) (s *Service, err error) {
	var release []func()
	defer func() {
		if err != nil {
			closeAll(release)
		}
	}()
	devices, err := registry.Open(cfg.Devices)
	if err != nil {
		return nil, err
	}
	store, err := influx.Open(influx.Options{
		URL: cfg.Influx.URL, Org: cfg.Influx.Org, Bucket: cfg.Influx.Bucket, Token: cfg.Influx.Token,
		Retention: cfg.Influx.Retention, Log: log,
	})
	if err != nil {
		return nil, err
	}
	release = append(release, store.Close)
	loaded, err := model.Open(cfg.Model.Dir, model.Options{
		Device: cfg.Model.Device, Threads: cfg.Model.Threads, Library: cfg.Model.Library, Batch: cfg.Model.Batch, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	asker := batched{model.NewBatcher(loaded, cfg.Model.Batch, cfg.Model.BatchDelay), loaded.Info()}
	release = append(release, func() {
		if err := errors.Join(asker.Close(), loaded.Close()); err != nil {
			log.Warn().Err(err).Msg("the model did not close cleanly")
		}
	})
	s, err = New(cfg, log, Parts{Model: asker, Store: store, Registry: devices, Metrics: metrics, Observer: observer})
	if err != nil {
		return nil, err
	}
	s.beside = append(s.beside, func(ctx context.Context) { devices.Watch(ctx, registryPeriod, log) })
	s.release = release
	return s, nil
}

// batched is a model behind a batcher.
type batched struct {
	*model.Batcher
	info model.Info
}

func (b batched) Info() model.Info { return b.info }

func closeAll(release []func()) {
	for i := len(release) - 1; i >= 0; i-- {
		release[i]()
	}
}

// Check says what is wrong with what the configuration names, without loading
// the model or contacting anything.
func Check(cfg config.Config) error {
	var problems []error
	questions, err := parseQuestions(cfg.Analyzer.Questions)
	if err != nil {
		problems = append(problems, fmt.Errorf("analyzer.questions: %w", err))
	}
	if _, err := registry.Open(cfg.Devices); err != nil {
		problems = append(problems, err)
	}
	manifest, err := model.ReadManifest(cfg.Model.Dir)
	if err != nil {
		problems = append(problems, fmt.Errorf("model.dir: %w", err))
	} else if kept, _ := answerable(questions, manifest.Localization.Conditions); len(kept) == 0 {
		problems = append(problems, fmt.Errorf("analyzer.questions: model %s locates only %v", manifest.Name, manifest.Localization.Conditions))
	}
	return errors.Join(problems...)
}
