using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;

namespace Reflow.Server;

/// <summary>What a server is started with. Every setting is an option of the command line and, under its <c>REFLOW_</c> name, of the environment; the command line wins.</summary>
public sealed record Settings
{
    /// <summary>The addresses to listen on, separated by semicolons; port 0 takes a free one.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:7080";

    /// <summary>The directory of the embedded store; <c>:memory:</c> for a run that leaves nothing behind.</summary>
    public string Data { get; init; } = "./data";

    /// <summary>The PostgreSQL that holds the data, as the driver's connection string; null for the embedded store.</summary>
    public string? Postgres { get; init; }

    /// <summary>A workspace file that is applied at every start; null for none.</summary>
    public string? Workspace { get; init; }

    /// <summary>Whether an empty data directory gets the demo workspace.</summary>
    public bool Demo { get; init; } = true;

    /// <summary>Whether the contract's rate limits hold.</summary>
    public bool RateLimits { get; init; } = true;

    /// <summary>The bearer token of the control plane; a random one when none is given.</summary>
    public string AdminToken { get; init; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Whether it is a test double: its clock can be moved, its data reset, and faults can strike its calls.</summary>
    public bool TestDouble { get; init; }

    /// <summary>What a test double's chance begins with, so that two runs with the same calls have the same ids, tokens and order, at a clock that stands still; null for real chance.</summary>
    public int? Seed { get; init; }

    /// <summary>Whether requests are logged; null for what goes with <see cref="TestDouble"/>.</summary>
    public bool? RequestLog { get; init; }

    /// <summary>The longest title of a task, in characters: Feishu's page says 1000, the text of its error 256.</summary>
    public int TaskSummaryMax { get; init; } = 1000;

    /// <summary>The most followers of a task: Feishu has a limit and does not tell it.</summary>
    public int TaskFollowersMax { get; init; } = 100;

    /// <summary>How long a server that is told to stop goes on serving, so that a balancer finds out before calls fail.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.Zero;

    /// <summary>The least severe log messages that are shown.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>The sizes of the store's queues.</summary>
    public Store.DbOptions Store { get; init; } = new();

    /// <summary>
    /// The command <c>reflow</c>: parses, then starts a server with what was said. Prints help and what is wrong by itself.
    /// </summary>
    public static RootCommand Command(Func<Settings, CancellationToken, Task<int>> start)
    {
        var urls = new Option<string>("--urls") { Description = "Addresses to listen on, separated by semicolons (REFLOW_URLS)", DefaultValueFactory = _ => Environment("REFLOW_URLS") ?? new Settings().Urls };
        var data = new Option<string>("--data") { Description = "Directory of the embedded store, or :memory: for a run that leaves nothing behind (REFLOW_DATA)", DefaultValueFactory = _ => Environment("REFLOW_DATA") ?? new Settings().Data };
        var store = new Option<string?>("--store") { Description = "PostgreSQL that holds the data instead of --data, as \"Host=…;Database=…;Username=…\" (REFLOW_STORE)", HelpName = "CONNECTION", DefaultValueFactory = _ => Environment("REFLOW_STORE") };
        var workspace = new Option<string?>("--workspace") { Description = "Workspace file to apply at start (REFLOW_WORKSPACE)", HelpName = "FILE", DefaultValueFactory = _ => Environment("REFLOW_WORKSPACE") };
        var noDemo = new Option<bool>("--no-demo") { Description = "Leave an empty store empty (REFLOW_NO_DEMO=true)", DefaultValueFactory = result => Choice(result, "REFLOW_NO_DEMO", "false", "true", "false") == "true" };
        var limits = new Option<string>("--rate-limits") { Description = "Whether the contract's rate limits hold (REFLOW_RATE_LIMITS)", HelpName = "on|off", DefaultValueFactory = result => Choice(result, "REFLOW_RATE_LIMITS", "on", "on", "off") };
        limits.AcceptOnlyFromAmong("on", "off");
        var admin = new Option<string>("--admin-token") { Description = "Token of the control plane; a random one is printed when none is given (REFLOW_ADMIN_TOKEN)", HelpName = "TOKEN", DefaultValueFactory = _ => Environment("REFLOW_ADMIN_TOKEN") ?? "" };
        var level = new Option<LogLevel>("--log-level")
        {
            Description = "Least severe messages to log (REFLOW_LOG_LEVEL)",
            HelpName = string.Join('|', Enum.GetNames<LogLevel>()).ToLowerInvariant(),
            DefaultValueFactory = result => Enum.Parse<LogLevel>(Choice(result, "REFLOW_LOG_LEVEL", nameof(LogLevel.Warning), Enum.GetNames<LogLevel>()), ignoreCase: true),
        };
        var testDouble = new Option<bool>("--test-double") { Description = "Be a test double: clock, reset, snapshots and faults under /reflow/v1 (REFLOW_TEST_DOUBLE=true)", DefaultValueFactory = result => Choice(result, "REFLOW_TEST_DOUBLE", "false", "true", "false") == "true" };
        var seed = new Option<int?>("--seed") { Description = "Seed of a test double's ids and tokens; its clock then stands still (REFLOW_SEED)", HelpName = "N", DefaultValueFactory = result => Number(result, "REFLOW_SEED") };
        var requests = new Option<string>("--request-log") { Description = "Whether requests are logged for /reflow/v1/requests; on for a test double, else off (REFLOW_REQUEST_LOG)", HelpName = "on|off", DefaultValueFactory = result => Choice(result, "REFLOW_REQUEST_LOG", "auto", "on", "off", "auto") };
        requests.AcceptOnlyFromAmong("on", "off", "auto");
        var summary = new Option<int?>("--task-summary-max") { Description = "Longest title of a task, in characters (REFLOW_TASK_SUMMARY_MAX)", HelpName = "N", DefaultValueFactory = result => Number(result, "REFLOW_TASK_SUMMARY_MAX", least: 1) };
        var followers = new Option<int?>("--task-followers-max") { Description = "Most followers of a task (REFLOW_TASK_FOLLOWERS_MAX)", HelpName = "N", DefaultValueFactory = result => Number(result, "REFLOW_TASK_FOLLOWERS_MAX", least: 1) };
        var drain = new Option<int?>("--drain") { Description = "Seconds to go on serving after SIGTERM while /readyz says no (REFLOW_DRAIN)", HelpName = "SECONDS", DefaultValueFactory = result => Number(result, "REFLOW_DRAIN", least: 0) };
        var patience = new Option<int?>("--patience") { Description = "How long a call waits for its turn at the store, and for an answer of it, in ms (REFLOW_PATIENCE)", HelpName = "MS", DefaultValueFactory = result => Number(result, "REFLOW_PATIENCE", least: 1) };
        var command = new RootCommand("Reflow: a self-hosted work server that speaks Feishu's open API.") { urls, data, store, workspace, noDemo, limits, admin, testDouble, seed, requests, summary, followers, patience, drain, level };
        command.Validators.Add(result =>
        {
            if (result.GetValue(summary) is < 1) result.AddError("--task-summary-max is at least 1");
            if (result.GetValue(followers) is < 1) result.AddError("--task-followers-max is at least 1");
            if (result.GetValue(drain) is < 0) result.AddError("--drain is at least 0");
            if (result.GetValue(patience) is < 1) result.AddError("--patience is at least 1");
            if (result.GetValue(seed) is not null && !result.GetValue(testDouble)) result.AddError("--seed needs --test-double");
        });
        command.SetAction((said, ct) => start(new()
        {
            Urls = said.GetValue(urls)!,
            Data = said.GetValue(data)!,
            Postgres = said.GetValue(store),
            Workspace = said.GetValue(workspace),
            Demo = !said.GetValue(noDemo),
            RateLimits = said.GetValue(limits) == "on",
            AdminToken = said.GetValue(admin) is { Length: > 0 } token ? token : new Settings().AdminToken,
            TestDouble = said.GetValue(testDouble),
            Seed = said.GetValue(seed),
            RequestLog = said.GetValue(requests) switch { "on" => true, "off" => false, _ => null },
            TaskSummaryMax = said.GetValue(summary) ?? new Settings().TaskSummaryMax,
            TaskFollowersMax = said.GetValue(followers) ?? new Settings().TaskFollowersMax,
            Drain = TimeSpan.FromSeconds(said.GetValue(drain) ?? 0),
            Store = said.GetValue(patience) is { } ms ? new() { Patience = TimeSpan.FromMilliseconds(ms) } : new(),
            LogLevel = said.GetValue(level),
        }, ct));
        return command;
    }

    static int? Number(ArgumentResult result, string name, int least = int.MinValue)
    {
        if (Environment(name) is not { } text) return null;
        if (int.TryParse(text, out var number) && number >= least) return number;
        result.AddError($"{name} is '{text}'; it is an integer{(least > int.MinValue ? $" from {least} on" : "")}");
        return null;
    }

    static string? Environment(string name) => System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    static string Choice(ArgumentResult result, string name, string otherwise, params ReadOnlySpan<string> allowed)
    {
        var value = Environment(name) ?? otherwise;
        foreach (var choice in allowed)
            if (choice.Equals(value, StringComparison.OrdinalIgnoreCase)) return choice;
        result.AddError($"{name} is '{value}'; it can be {string.Join(", ", allowed.ToArray())}");
        return otherwise;
    }
}
