package alerter

import "time"

// WaitForPictures makes messages wait for pictures for as long as a busy machine
// may take to draw them.
func (s *Service) WaitForPictures() { s.waits.High, s.waits.Others = time.Minute, time.Minute }
