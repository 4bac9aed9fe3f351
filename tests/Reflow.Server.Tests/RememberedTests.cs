using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

public class RememberedTests
{
    readonly Remembered<string, string> remembered = new(2);
    int reads;

    [Fact]
    public async Task What_is_there_is_read_once_until_it_is_forgotten()
    {
        Assert.Equal(("a1", "a1"), (await Find("a"), await Find("a")));
        remembered.Forget();
        Assert.Equal("a2", await Find("a"));
    }

    [Fact]
    public async Task What_is_not_there_is_asked_for_again()
    {
        Assert.Null(await remembered.Find("a", 0, _ => new((string?)null)));
        Assert.Equal("a1", await Find("a"));
    }

    [Fact]
    public async Task What_was_read_before_somebody_forgot_is_not_remembered_after()
    {
        Assert.Equal("old", await remembered.Find("a", 0, _ =>
        {
            remembered.Forget();
            return new("old");
        }));
        Assert.Equal("a1", await Find("a"));
    }

    [Fact]
    public async Task What_is_asked_for_each_time_is_shown_what_was_there_before()
    {
        Assert.Equal((null, "one"), await Renew("one"));
        Assert.Equal(("one", "one"), await Renew(null));
        Assert.Equal(("one", "two"), await Renew("two"));
        remembered.Forget();
        Assert.Equal((null, "three"), await Renew("three"));
        // What was read before somebody forgot is not remembered after.
        await remembered.Renew("a", 0, (_, _) =>
        {
            remembered.Forget();
            return new("four");
        });
        Assert.Equal((null, "five"), await Renew("five"));

        // Null for what is as it was.
        async Task<(string? Before, string? Now)> Renew(string? there)
        {
            string? before = null;
            var now = await remembered.Renew("a", there, (there, shown) =>
            {
                before = shown;
                return new(there ?? shown);
            });
            return (before, now);
        }
    }

    [Fact]
    public async Task What_is_made_of_it_is_remembered_unless_somebody_forgot_meanwhile()
    {
        remembered.Later("a")("made");
        Assert.Equal("made", await Find("a"));
        var later = remembered.Later("a");
        remembered.Forget();
        later("of before");
        Assert.Equal("a1", await Find("a"));
    }

    [Fact]
    public async Task No_more_is_remembered_than_may_be()
    {
        foreach (var key in (string[])["a", "b", "c"]) await Find(key);
        Assert.Equal("a4", await Find("a"));
    }

    [Fact]
    public void What_is_made_of_its_key_is_made_once_and_no_more_is_kept_than_may_be()
    {
        foreach (var (key, made) in new[] { ("a", "a1"), ("a", "a1"), ("b", "b2"), ("c", "c3"), ("a", "a4") }) Assert.Equal(made, remembered.Get(key, asked => $"{asked}{++reads}"));
    }

    ValueTask<string?> Find(string key) => remembered.Find(key, key, asked => new($"{asked}{++reads}"));
}
