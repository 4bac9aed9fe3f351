using System.Text.Json;

namespace Reflow.Server.Tests.TestControls;

/// <summary>A running test double with its admin token at hand.</summary>
sealed class Desk : IAsyncDisposable
{
    public const string Admin = "the-admin-token";

    Desk(TestReflow reflow) => Reflow = reflow;

    public TestReflow Reflow { get; }

    public static async Task<Desk> Start(Func<Settings, Settings>? with = null) =>
        new(await TestReflow.Start(settings => (with ?? (s => s))(settings with { TestDouble = true, AdminToken = Admin })));

    /// <summary>Calls the control plane.</summary>
    public Task<Answer> Control(string method, string path, object? body = null) => Reflow.Send(new(method, $"/reflow/v1{path}", body, Admin));

    /// <summary>As <see cref="Control"/>, and must succeed.</summary>
    public async Task<JsonElement> Do(string method, string path, object? body = null) => (await Control(method, path, body)).Ok().Data;

    /// <summary>A task that the demo app makes.</summary>
    public async Task<string> NewTask(string summary = "x") =>
        (await Reflow.Post("/open-apis/task/v1/tasks", new { summary, origin = new { platform_i18n_name = "{}" } })).Ok().Data.GetProperty("task").GetProperty("id").GetString()!;

    /// <summary>When a task was completed; "0" when it was not.</summary>
    public async Task<string> Completed(string task) =>
        (await Reflow.Get($"/open-apis/task/v1/tasks/{task}")).Ok().Data.GetProperty("task").GetProperty("complete_time").GetString()!;

    public Task<Answer> Complete(string task) => Reflow.Post($"/open-apis/task/v1/tasks/{task}/complete");

    public ValueTask DisposeAsync() => Reflow.DisposeAsync();
}
