namespace Reflow.Server.Store;

/// <summary>What threads of the store's own do with sessions that block: their calls complete before they return, and only opening one may not.</summary>
static class Blocking
{
    /// <summary>Waits until it is done.</summary>
    public static void Wait(this ValueTask done)
    {
        if (!done.IsCompletedSuccessfully) done.AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Waits for the answer.</summary>
    public static T Wait<T>(this ValueTask<T> done) => done.IsCompletedSuccessfully ? done.Result : done.AsTask().GetAwaiter().GetResult();
}
