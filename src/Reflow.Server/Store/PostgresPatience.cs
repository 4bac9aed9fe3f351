using Npgsql;

namespace Reflow.Server.Store;

/// <summary>
/// How long a statement may take. The server is told to give up by then; when not even that is heard, the connection is left alone: the driver would first ask for the statement
/// to be cancelled, on one more connection to a server that does not answer (ADR 13).
/// </summary>
/// <param name="Limit">The limit; <see cref="TimeSpan.MaxValue"/> for none.</param>
readonly record struct PostgresPatience(TimeSpan Limit)
{
    // When the driver gives up what nobody waits for any more, in seconds beyond patience.
    const int Orphaned = 8;

    // For the server's own words to arrive.
    static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);

    /// <summary>No limit.</summary>
    public static PostgresPatience Endless => new(TimeSpan.MaxValue);

    /// <summary>Whether there is a limit.</summary>
    public bool IsLimited => Limit < TimeSpan.MaxValue;

    /// <summary>The driver's own limit, in seconds; 0 for none.</summary>
    public int DriverSeconds => IsLimited ? (int)Limit.TotalSeconds + Orphaned : 0;

    /// <summary>What tells the server.</summary>
    public string Statement => $"set statement_timeout = {(IsLimited ? (long)Limit.TotalMilliseconds : 0)}";

    /// <summary>What is thrown when nothing was heard.</summary>
    public StoreGoneException Gone => new($"PostgreSQL has not answered within {Limit.TotalSeconds:0.#} s");

    /// <summary>Whether an answer that was asked for so long ago will not come.</summary>
    public bool IsOver(TimeSpan waited) => IsLimited && waited > Limit + Grace;

    /// <summary>Waits for an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="connection">Closed when an answer that came too late has come, or the driver has given it up.</param>
    /// <exception cref="StoreGoneException">It did not come in time; nothing else may be asked on the connection.</exception>
    public async ValueTask Answered(Task answer, NpgsqlConnection connection)
    {
        if (!IsLimited)
        {
            await answer;
            return;
        }
        try { await answer.WaitAsync(Limit + Grace); }
        catch (TimeoutException) when (!answer.IsCompleted)
        {
            _ = answer.ContinueWith(async late =>
            {
                _ = late.Exception;
                await connection.DisposeAsync();
            }, TaskScheduler.Default);
            throw Gone;
        }
    }
}
