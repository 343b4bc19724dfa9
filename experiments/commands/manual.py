"""What ``--help`` says of each command."""

SWEEP_HELP = """Play a grid of settings, or a whole experiment, and report on it.

A setting takes one value, a list (0,0.5,1) or a range ('range(100)'; quotes, because shells read parentheses); all
combinations are played. Without game= and experiment= the default experiment norms_by_family is played.

\b
What is played (comity games NAME lists what a game takes):
  game=fishery,matrix       the games; game.capacity=50, game.preset=…
  seats=deliberators        who plays: deliberators, reciprocators, with_reciprocator, with_exploiter
  seats.agents=[tft,alld]   … or by name, seat by seat; the last fills the seats that are left
  seats.seating=shuffled    seated in another order in each world
  norms=selfish,kind        what they care about; norms.kindness=0,0.5,1 changes one number
  institutions=sanctions    what is enforced on all; institutions.redistribution.rate=0,0.2
  deliberator.depth=12      how deliberators think
  llm.model=NAME            language models (seats.agents=[llm]); comity cost prices the study first
  seed='range(100)'         one world for each seed
  experiment=NAME           a study from a file (comity studies); what is typed is laid over its grids
  design.kind=sobol         sample what is written 'norms.kindness=interval(0,1)'; or latin_hypercube,
                            fractional_factorial
  pairing=independent       other seeds in each cell
  prereg=FILE               hypotheses that the report is to judge
  regions.floors.stock=0.1  floors and aspirations, of which the report says where worlds end

\b
How it is played and kept:
  record=none|sample|all    which episodes are kept step by step; sample=N of each cell
  out=DIR                   where; else runs/<name>-<hash of the design>
  chunk_points=500          worlds of one batch, at most
  hydra/launcher=joblib     play on all cores; or submitit_slurm, ray: any launcher of Hydra

What is finished is kept, whatever stops a sweep: the same command again plays only what is left. A point that fails is
recorded and spares the others; --retry-failed plays it again. comity status DIR tells how far a sweep is, and comity
rerun DIR repeats it and says whether it finds the same.

\b
Examples:
  comity sweep
  comity sweep --dry-run game=fishery norms=selfish,kind 'seed=range(1000)'
  comity sweep game=fishery,matrix norms=selfish,kind norms.kindness=0,0.5,1 'seed=range(100)'
  comity sweep game=matrix 'seats.agents=[tft,alld],[tft,gtft]' game.action_noise=0,0.01,0.05
  comity sweep experiment=norms_by_family game=fishery hydra/launcher=joblib
  comity sweep --config-dir my norms=my_norm game=fishery
  report=$(comity sweep --quiet game=matrix seats=reciprocators)

\b
Exit codes: 0 all is finished, 1 something failed, 2 a wrong setting, 130 interrupted, 143 terminated.
"""

RERUN_HELP = """Repeat a run from its manifest, and say whether the tables are identical.

PATH is the directory of a sweep, or of comity run, or its manifest.json; cells.json must lie beside it, and nothing
else is needed: neither the files of --config-dir nor the tables. The same cells are played under the same seeds into a
new directory, and the content hashes compared. Where they differ, and the old tables are there, it is told in which
columns, by how much, and where first; and what differs in versions, revision of the code and host. Of a run that is
not complete, what was finished is repeated and compared.

Language models are not asked again and nothing is paid: their answers come from the ledger of the old run, unless
llm.answers=live. Other settings that may be given say how it is carried out: hydra/launcher=, chunk_points=,
llm.budget_usd=.

\b
Examples:
  comity rerun runs/fishery-1a2b3c4d
  comity rerun runs/fishery-1a2b3c4d/manifest.json --out again hydra/launcher=joblib
  comity rerun runs/llm_norm_channels-1a2b3c4d llm.answers=live llm.budget_usd=2

\b
Exit codes: 0 identical, 1 different, 2 wrong input, 130 interrupted, 143 terminated.
"""

COMPLETION_HELP = """Print what makes a SHELL complete comity: commands, settings and their values.

\b
Put it where the shell starts, once:
  bash   echo 'eval "$(comity completion bash)"' >> ~/.bashrc
  zsh    echo 'eval "$(comity completion zsh)"' >> ~/.zshrc
  fish   comity completion fish > ~/.config/fish/completions/comity.fish

\b
Then, for example:
  comity sweep ga<TAB>                  game=
  comity sweep game=fi<TAB>             game=fishery
  comity sweep game=fishery game.<TAB>  game.n_agents=, game.capacity=, …
"""

COST_HELP = """Price a study with language models before anything is spent.

Takes what comity sweep takes. Every cell is played dry, with nobody asked; calls and tokens are counted and priced by
llm.prices, a YAML file (model: {input: US$, output: US$} for a million tokens), or by litellm's own table.

\b
Examples:
  comity cost game=matrix 'seats.agents=[llm,tft]' llm.model=openai/gpt-4o-mini 'seed=range(10)'
  comity cost experiment=llm_norm_channels llm.model=mistral/mistral-small-latest llm.prices=prices.yaml
"""

POWER_HELP = """How many seeds a study needs, from a pilot: the sweep in DIRECTORY, played with a few seeds.

Takes every two cells that differ in one setting alone. Studies are simulated by drawing worlds from the pilot, with the
effect put in the place of the pilot's own difference, and tested as the report tests them: by sign flips where cells
were played under the same seeds, else by permutations. Beside it stands what a t-test would need. The last line has
seeds enough for every contrast, and none that the pilot has used.

\b
--test equivalence   is the difference within the effect? Power where it is 0
--test width         is the interval of the mean no wider than the effect, to either side?
--smallest S         a hypothesis is supported only if the mean reaches its smallest_effect S, too: of studies of an
                     effect that is no larger than S itself, half fail however many seeds they have

\b
Examples:
  comity sweep game=fishery norms=selfish,kind 'seed=range(20)' out=pilot
  comity power pilot --measure coop_focal --effect 0.1
  comity power pilot --measure normalised_welfare --effect 0.2 --smallest 0.1 --power 0.9 --tests 3
"""

RUN_HELP = """Play one world and tell its episode.

\b
Examples:
  comity run game=matrix 'seats.agents=[tft,alld]' game.horizon=5
  comity run game=fishery norms=kind seed=7
  comity run game=alternating_offers seats=with_exploiter out=talks
"""

TOURNAMENT_HELP = """Let everybody meet everybody in GAME, rank them, and keep tables and a figure.

All pairs meet under the same seeds, and each entrant also meets itself. Where the two seats of a game differ both
orders are played; at a larger table two kinds take turns along the seats, and then exchange them. The score is the mean
payoff per step. Its interval is a bootstrap over repetitions; there is none (–) where repetitions do not differ.

\b
  SETTINGS                  of the game: horizon=50, action_noise=0.01 (comity games GAME lists them);
                            of evolution: evolve.mutation=0.01, evolve.intensity=0.1, evolve.generations=500,
                            and for moran evolve.population=50, evolve.runs=100
  --entrants allc,tft       by name, or with settings: '{agent:gtft,q:0.3}'
  --exact                   compute what can be instead of playing it: pairs of memory-one agents in a matrix game
  --evolve moran            then let them reproduce by their payoffs in finite populations, or by
  --evolve replicator       replicator dynamics, without chance
  --out DIR                 where; else runs/tournament-<game>-<hash of all settings>

\b
Examples:
  comity tournament matrix --preset axelrod_1980 --entrants allc,alld,tft,grim,wsls
  comity tournament matrix action_noise=0.05 --exact --entrants 'alld,tft,{agent:gtft,q:0.3}' --evolve moran
  comity tournament fishery n_agents=4 --entrants greedy,conditional,exploiter --repetitions 20 --out lake
"""

REPLICATE_HELP = """Play a published experiment again and print what comes out, with 95 % intervals.

NAME is one of: axelrod_1986 (the norms game and the metanorms game; shares of runs in which the norm is established or
has collapsed, after some numbers of generations); fehr_gachter_2000 (public goods with and without punishment: gifts,
payoffs and points step by step); vallinder_hughes_2024 (language models that hand on strategies for the donor game:
holdings and gifts by generation). SETTINGS are its own; without any it is played as it was published, but the last
must be told which model=… answers.

\b
Examples:
  comity replicate axelrod_1986
  comity replicate axelrod_1986 runs=1000 'generations=[100]'
  comity replicate axelrod_1986 temptation=10 mutation=0.001 ties=keep
  comity replicate fehr_gachter_2000 runs=200 error=0.1
  comity replicate vallinder_hughes_2024 model=scripted/copying generations=3
  comity replicate vallinder_hughes_2024 model=openai/gpt-4o-mini budget_usd=5
"""

RECOVER_HELP = """Estimate known norms back from what agents did, and say how well that goes.

Deliberators with known rationality, kindness and reciprocity (positive and negative) play GAMES beside partners that
waver, and the four numbers are estimated from what they chose. For each: bias, root mean square error, mean standard
error, how many of the 95 % intervals hold the truth, and how often it cannot be told at all. Without GAMES:
appropriation and fishery. All must move at once.

\b
Examples:
  comity recover --out recovery
  comity recover appropriation --simulations 200 --worlds 40

\b
Between two acts nothing can be told:
  comity recover matrix --simulations 20
"""

CLI_HELP = """Comity: what prosocial norms do to cooperation among artificial agents.

\b
Start with:
  comity games                     what can be played
  comity studies                   what is asked of it
  comity run game=matrix           one episode, told step by step
  comity sweep                     the default experiment, and a report
  comity tournament matrix --entrants allc,alld,tft
                                   everybody against everybody

\b
Before a large study, and after:
  comity sweep --dry-run …         how many worlds, how long, how large; writes nothing
  comity cost …                    what language models would cost
  comity status DIR                how far is it, and what failed
  comity rerun DIR                 does it come out the same?

\b
Exit codes: 0 all is well, 1 something failed, 2 a wrong setting, 130 interrupted, 143 terminated.
comity COMMAND --help has examples; comity completion bash makes the tab key complete settings.
"""

SECTIONS = {
    "Look": ("games", "studies", "cost", "power"),
    "Play": ("run", "sweep", "tournament", "probe", "replicate", "recover"),
    "Meanwhile and afterwards": ("status", "report", "rerun"),
}
"""Where a command stands in the list; those that are not named here come last."""
