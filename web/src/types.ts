// The API's types under short names; all come from openapi.yaml.
import type { components } from "../build/api";

type Schemas = components["schemas"];
export type Status = Schemas["StatusAnswer"];
export type Check = Schemas["Check"];
export type CheckRegion = Schemas["CheckRegion"];
export type Grid = Schemas["GridAnswer"];
export type Incident = Schemas["Incident"];
export type IncidentAnswer = Schemas["IncidentAnswer"];
export type RegionDifferences = Schemas["RegionDifferences"];
export type Run = Schemas["Run"];
export type Attempt = Schemas["Attempt"];
export type Step = Schemas["Step"];
export type Failure = Step["failures"][number];
export type Request = Schemas["Request"];
export type Phases = Schemas["Phases"];
export type Slo = Schemas["Slo"];
export type Budget = Schemas["Budget"];
export type UpcomingSpan = Schemas["UpcomingSpan"];
export type History = Schemas["CheckHistoryAnswer"];
export type BurnDownLine = Schemas["BurnDownLine"];
export type Source = Schemas["SourceAnswer"];
export type Answers = {
  status: Status; grid: Grid; runs: Schemas["RunsAnswer"]; source: Source;
  check: Schemas["CheckAnswer"]; incidents: Schemas["IncidentsAnswer"]; incident: IncidentAnswer;
  slos: Schemas["SlosAnswer"]; burndown: Schemas["BurnDownAnswer"]; history: History; maintenance: Schemas["MaintenanceAnswer"]; agents: Schemas["AgentsAnswer"];
  silences: Schemas["SilencesAnswer"]; deliveries: Schemas["DeliveriesAnswer"];
  routes: Schemas["RoutesAnswer"]; deployments: Schemas["DeploymentsAnswer"];
  performance: Schemas["PerformanceAnswer"]; actions: Schemas["ActionItemsAnswer"];
  thirdParties: Schemas["ThirdPartiesAnswer"];
  postmortem: Schemas["PostmortemAnswer"]; public: Schemas["PublicAnswer"];
};
