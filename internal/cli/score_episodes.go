package cli

import (
	"encoding/json"

	"github.com/holterd/holter/internal/eval"
)

// recordEpisodes is the episode score of a record.
type recordEpisodes struct {
	Record string              `json:"record"`
	Kinds  []eval.EpisodeScore `json:"kinds"`
}

func (a *App) scoreEpisodes(records []string, f scoreFlags) error {
	var named []recordEpisodes
	var scores [][]eval.EpisodeScore
	for _, record := range records {
		p, err := f.read(record)
		if err != nil {
			return err
		}
		score := eval.CompareEpisodes(p.reference, p.test, p.header.Rate, f.after(), p.header.Samples)
		named, scores = append(named, recordEpisodes{p.name, score}), append(scores, score)
	}
	gross, means := eval.GrossEpisodes(scores), eval.MeanEpisodes(scores)
	if !f.json {
		return eval.PrintEpisodes(a.Out, gross, means)
	}
	return json.NewEncoder(a.Out).Encode(map[string]any{"records": named, "average": means, "gross": gross})
}
