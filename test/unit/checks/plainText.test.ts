import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { collectTexts } from '../../../scripts/l10n/collectTexts';
import { findPlainTexts } from '../../../scripts/l10n/findPlainTexts';
import { isProse, isSql } from '../../../scripts/l10n/prose';

/** Strings of several words that no person reads, or that are the same in every language; by file. */
const NO_TEXTS: Readonly<Record<string, RegExp>> = {
  // Names.
  'src/composition.ts': /^Postgres Topology$|^\{0\} on \{1\}$/,
  'src/core/import/variableServers.ts': /^SQL Server$/,
  'src/panels/dashboardPanel.ts': /^Postgres Topology$/,
  'src/pg/session/serverIdentity.ts': /^Amazon Redshift$/,
  'src/views/checkTests.ts': /^Postgres Topology$/,
  'src/views/diagnostics.ts': /^Postgres Topology$/,
  'src/views/statusBar.ts': /^Postgres Topology$/,
  'src/commands/acceptServer.ts': /^, Postgres \{0\}$/,
  'src/core/describe/nodeText.ts': /^Postgres \{0\}$/,
  'src/core/describe/tooltips.ts': /^Postgres \{0\}$/,
  'src/views/liveProblems.ts': /^Postgres \{0\}$/,
  // A kind of verb, turned into words elsewhere.
  'src/commands/discovery/showProposal.ts': /^would be$/,
  // Lines that a problem matcher reads.
  'src/core/checks/checkTask.ts': /^Not (healthy|possible|contacted)$|^Checking /,
  // Sources and objects of evidence: read again to find the statement that shows it.
  'src/core/diagnosis/logEntries.ts': /^server log$/,
  'src/core/diagnosis/makeDiagnosis.ts': /^\{0\} on \{1\}$/,
  'src/core/diagnosis/replayCauses.ts': /^(startup process|snapshots of queries)$/,
  'src/core/discovery/streaming.ts': /^(client_addr|application_name) \{0\}$/,
  'src/core/join/evidence.ts': /^\{0\} on \{1\}$/,
  'src/core/join/standbyAlone.ts': /^not paused$|^pg_stat_wal_receiver, /,
  'src/core/join/streamingCase.ts': /^not paused$|^pg_walfile_name\(\) on /,
  'src/protocol/toDetails.ts': /^\{0\} on \{1\}$|^Postgres \{0\}$/,
  // What Postgres says, or is told.
  'src/commands/plans/alterQuestions.ts': /^\{0\} user=$/,
  'src/core/join/streamingVerdict.ts': /^not paused$/,
  'src/core/plan/alterSubscriptionSteps.ts': /^ WITH \(/,
  'src/core/plan/copyTableSql.ts': /^BY DEFAULT$/,
  'src/core/plan/copyTables.ts': /^NOT ENFORCED$/,
  'src/core/plan/pendingSyncTable.ts': /^Postgres Topology: |^xid8 |, on the application's table$/,
  'src/core/plan/planDropPublication.ts': /^ WITH \(/,
  'src/core/plan/planRefreshSubscription.ts': /^ WITH \(/,
  'src/core/plan/planUninstallSentinel.ts': /^ WITH \(/,
  'src/core/plan/probeStep.ts': /^\n {2}PUBLICATION /,
  'src/core/plan/queue/queueSteps.ts': /^(who this edge is|, version \{0\})$/,
  'src/core/plan/queue/upgradeQueue.ts': /^ADD CHECK |^character varying$|^timestamp with/,
  'src/core/plan/resyncHolder.ts': /^Postgres Topology: /,
  'src/core/plan/sentinelNames.ts':
    /^(the standbys|publication \{0\}|Postgres Topology sentinel .*)$/,
  'src/core/plan/sentinelSteps.ts': /^ WITH \(/,
  'src/core/plan/standbys/planPromoteStandby.ts': /^not paused$/,
  'src/core/plan/standbys/planReplay.ts': /^not paused$/,
  'src/host/scramVerifier.ts': /^(Client|Server) Key$/,
  'src/pg/drain/opening.ts': /^read committed$/,
  'src/pg/selection/rowsQuery.ts': /^there is no input$/,
  'src/demo/demoServer.ts': /^host all all /,
  // Lines of settings of other programs.
  'src/core/diagnosis/serverTroubles.ts': /^pool pool\.ntp\.org iburst$/,
  // What zod says by itself, to be replaced.
  'src/topologyFile/schemaProblems.ts': /^Invalid input$/,
  // Policies, classes, fonts and columns of files.
  'src/panels/dashboardHtml.ts': /^(default|style|font|img|script)-src |^\n<script /,
  'webview/charts/chartView.ts': /^num muted$/,
  'webview/charts/chartsAsCsv.ts': /^over \{0\}$/,
  'webview/charts/decorate.ts': /px \{1\}$/,
  'webview/charts/lineChart.ts': /^11px /,
  'webview/map/fitText.ts': /px \{2\}$/,
  'webview/map/mapView.ts': /^ ?(edge edge|node--|node node)/,
};

describe('texts of the code', () => {
  it('are all said, so that they can be translated', () => {
    const plain = findPlainTexts(fileURLToPath(new URL('../../../', import.meta.url)));
    const wrong = plain.filter(({ file, key }) => NO_TEXTS[file]?.test(key) !== true);
    assert.deepEqual(
      wrong.map(({ file, line, key }) => `${file}:${line} ${key}`),
      [],
      'Tag it with say, or name it above with its reason.',
    );
    const unused = Object.keys(NO_TEXTS).filter((name) => !plain.some(({ file }) => file === name));
    assert.deepEqual(unused, [], 'no longer needed above');
  });

  it('are for people: no piece of a statement is translated', () => {
    const said = collectTexts(fileURLToPath(new URL('../../../', import.meta.url)));
    const hasWord = /\b\w?[a-z]{2,}\b/u;
    assert.deepEqual(
      said.filter(({ key }) => isSql(key) && !hasWord.test(key)),
      [],
    );
  });

  it('are told from statements, settings and codes', () => {
    assert.ok(isProse('Slot {0} is lost.') && isProse('waits for {0}') && isProse('not known'));
    assert.ok(!isProse('healthy') && !isProse('max_slots = 10') && !isProse('a.b-c'));
    assert.ok(isSql('ALTER TABLE {0} ADD COLUMN x') && isSql('SELECT 1'));
    assert.ok(!isSql('A missing index makes UPDATE and DELETE slow.'));
  });
});
